import { ClientError } from "../errors";
import { asObject, asText } from "../shapes";
import type { EncryptedFile } from "../types";

/**
 * Encrypt a file for an encrypted room: a key of its own, AES in counter mode, and a hash of the result.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#sending-encrypted-attachments
 */
export async function encryptFile(
  clear: ArrayBuffer,
): Promise<{ readonly encrypted: ArrayBuffer; readonly file: Omit<EncryptedFile, "url"> }> {
  const counter = new Uint8Array(16);
  crypto.getRandomValues(counter.subarray(0, 8));
  const key = await crypto.subtle.generateKey({ name: "AES-CTR", length: 256 }, true, ["encrypt", "decrypt"]);
  const encrypted = await crypto.subtle.encrypt({ name: "AES-CTR", counter, length: 64 }, key, clear);
  const hash = await crypto.subtle.digest("SHA-256", encrypted);
  const { k } = await crypto.subtle.exportKey("jwk", key);
  return {
    encrypted,
    file: {
      v: "v2",
      key: { alg: "A256CTR", ext: true, key_ops: ["encrypt", "decrypt"], kty: "oct", k: k! },
      iv: toBase64(counter),
      hashes: { sha256: toBase64(new Uint8Array(hash)) },
    },
  };
}

/** Decrypt a file. Raises: ClientError where it is not what its sender encrypted. */
export async function decryptFile(encrypted: ArrayBuffer, file: EncryptedFile): Promise<ArrayBuffer> {
  const hash = await crypto.subtle.digest("SHA-256", encrypted);
  const expected = asText(asObject(file.hashes).sha256).replace(/=+$/, "");
  if (toBase64(new Uint8Array(hash)) !== expected) throw new ClientError("attachment_damaged");
  const { k, alg } = asObject(file.key);
  const counter = fromBase64(asText(file.iv));
  if (alg !== "A256CTR" || counter.length !== 16) throw new ClientError("attachment_damaged");
  try {
    const jwk = { kty: "oct", alg: "A256CTR", ext: true, k: asText(k) };
    const key = await crypto.subtle.importKey("jwk", jwk, { name: "AES-CTR" }, false, ["decrypt"]);
    return await crypto.subtle.decrypt({ name: "AES-CTR", counter, length: 64 }, key, encrypted);
  } catch (error) {
    throw new ClientError("attachment_damaged", String(error));
  }
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array(0); // no base64: the length tells
  }
}
