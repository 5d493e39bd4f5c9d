import { ClientError } from "../errors";

/**
 * Files of room keys, encrypted with a passphrase.
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#key-export-format
 */

const HEADER = "-----BEGIN MEGOLM SESSION DATA-----";
const FOOTER = "-----END MEGOLM SESSION DATA-----";
const VERSION = 1;
const SALT_BYTES = 16;
const IV_BYTES = 16;
const MAC_BYTES = 32;
const START = 1 + SALT_BYTES + IV_BYTES + 4;
const ROUNDS = 500_000;
/** More would keep the browser busy for minutes: such a file was not made by a client. */
const MAX_ROUNDS = 20_000_000;
const LINE = 76;
const MAX_CHARACTERS = 200 * 1024 * 1024;

/** Encrypt a text with a passphrase; return what the file is to hold. */
export async function sealKeyFile(text: string, passphrase: string, rounds = ROUNDS): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  iv[8]! &= 0x7f; // implementations of the counter differ beyond 63 bits
  const keys = await deriveKeys(passphrase, salt, rounds);
  const cipher = await crypto.subtle.encrypt(ctr(iv), keys.encryption, new TextEncoder().encode(text));
  const head = new Uint8Array(START);
  head[0] = VERSION;
  head.set(salt, 1);
  head.set(iv, 1 + SALT_BYTES);
  new DataView(head.buffer).setUint32(1 + SALT_BYTES + IV_BYTES, rounds);
  const body = join(head, new Uint8Array(cipher));
  const mac = await crypto.subtle.sign("HMAC", keys.authentication, body);
  return [HEADER, ...lines(toBase64(join(body, new Uint8Array(mac)))), FOOTER, ""].join("\n");
}

/**
 * Decrypt a file of keys.
 *
 * @throws ClientError `bad_key_file` or `wrong_passphrase`
 */
export async function openKeyFile(file: string, passphrase: string): Promise<string> {
  const data = unwrap(file);
  const salt = data.slice(1, 1 + SALT_BYTES);
  const iv = data.slice(1 + SALT_BYTES, 1 + SALT_BYTES + IV_BYTES);
  const rounds = new DataView(data.buffer, data.byteOffset).getUint32(1 + SALT_BYTES + IV_BYTES);
  if (rounds < 1 || rounds > MAX_ROUNDS) throw new ClientError("bad_key_file");
  const keys = await deriveKeys(passphrase, salt, rounds);
  const body = data.slice(0, -MAC_BYTES);
  const isOurs = await crypto.subtle.verify("HMAC", keys.authentication, data.slice(-MAC_BYTES), body);
  if (!isOurs) throw new ClientError("wrong_passphrase");
  const plain = await crypto.subtle.decrypt(ctr(iv), keys.encryption, body.slice(START));
  return new TextDecoder().decode(plain);
}

function unwrap(file: string): Uint8Array<ArrayBuffer> {
  const from = file.indexOf(HEADER);
  const to = file.indexOf(FOOTER);
  if (from < 0 || to < from || file.length > MAX_CHARACTERS) throw new ClientError("bad_key_file");
  let data: Uint8Array<ArrayBuffer>;
  try {
    data = fromBase64(file.slice(from + HEADER.length, to).replace(/\s+/g, ""));
  } catch {
    throw new ClientError("bad_key_file");
  }
  if (data.length < START + MAC_BYTES || data[0] !== VERSION) throw new ClientError("bad_key_file");
  return data;
}

async function deriveKeys(passphrase: string, salt: Uint8Array<ArrayBuffer>, rounds: number) {
  const typed = new TextEncoder().encode(passphrase);
  const base = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveBits"]);
  const method = { name: "PBKDF2", hash: "SHA-512", salt, iterations: rounds };
  const bits = new Uint8Array(await crypto.subtle.deriveBits(method, base, 512));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return {
    encryption: await crypto.subtle.importKey("raw", bits.slice(0, 32), "AES-CTR", false, [
      "encrypt",
      "decrypt",
    ]),
    authentication: await crypto.subtle.importKey("raw", bits.slice(32), hmac, false, ["sign", "verify"]),
  };
}

function ctr(counter: Uint8Array<ArrayBuffer>): AesCtrParams {
  return { name: "AES-CTR", counter, length: 64 };
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

function lines(text: string): string[] {
  return text.match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
}

function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  }
  return btoa(parts.join(""));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
