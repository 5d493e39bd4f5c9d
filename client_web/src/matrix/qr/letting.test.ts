import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Homeserver } from "../discovery";
import { Cancelled } from "../errors";
import { decodeQrCode } from "./channel";
import type { QrPrompt } from "./conversation";
import { NotAQrCode, QrExpired, QrFailed, QrInsecure } from "./errors";
import { type ExistingDevice, scanToLetIn, showToLetIn } from "./existingDevice";
import { type NewDevice, scanToSignIn, showToSignIn } from "./newDevice";

const SERVER = "https://x";
const NOTE = "/_matrix/client/unstable/org.matrix.msc4108/rendezvous";
const SECRETS = { cross_signing: { master_key: "m" } };
const OAUTH = {
  issuer: `${SERVER}/`,
  authorization_endpoint: `${SERVER}/authorize`,
  token_endpoint: `${SERVER}/token`,
  revocation_endpoint: `${SERVER}/revoke`,
  registration_endpoint: `${SERVER}/register`,
  device_authorization_endpoint: `${SERVER}/device`,
  grant_types_supported: ["urn:ietf:params:oauth:grant-type:device_code"],
};

/** A server of notes and of device grants, as far as two devices need one. */
class FakeServer {
  note: { text: string; etag: number } | null = null;
  /** What the token endpoint says: until somebody has agreed, and after that. */
  grant: "authorization_pending" | "access_denied" | "agreed" = "authorization_pending";
  device = "";
  isTokenGiven = false;
  offersGrant = true;

  readonly fetch = async (resource: string | URL, init: RequestInit = {}): Promise<Response> => {
    const { pathname } = new URL(resource);
    const headers = new Headers(init.headers);
    const method = init.method ?? "GET";
    if (init.signal?.aborted) throw new DOMException("aborted", "AbortError");
    if (pathname.startsWith(NOTE)) return this.#note(method, headers, String(init.body ?? ""));
    if (pathname.endsWith("/auth_metadata")) {
      return Response.json(this.offersGrant ? OAUTH : { ...OAUTH, grant_types_supported: [] });
    }
    if (pathname === "/register") return Response.json({ client_id: "c" });
    if (pathname === "/device") return this.#begin(String(init.body));
    if (pathname === "/token") return this.#token();
    if (pathname.endsWith("/whoami")) return Response.json({ user_id: "@a:x", device_id: this.device });
    if (pathname.includes("/devices/") && this.isTokenGiven) return Response.json({});
    return Response.json({ errcode: "M_NOT_FOUND" }, { status: 404 });
  };

  #note(method: string, headers: Headers, text: string): Response {
    if (method === "POST") this.note = { text: "", etag: 1 };
    else if (method === "DELETE") this.note = null;
    const note = this.note;
    if (note === null) return Response.json({ errcode: "M_NOT_FOUND" }, { status: 404 });
    if (method === "PUT") {
      if (headers.get("If-Match") !== `"${note.etag}"`) return new Response(null, { status: 412 });
      this.note = { text, etag: note.etag + 1 };
      return new Response(null, { status: 202, headers: { ETag: `"${this.note.etag}"` } });
    }
    const answer = { headers: { ETag: `"${note.etag}"` } };
    if (method === "POST") return Response.json({ url: `${SERVER}${NOTE}/1` }, { status: 201, ...answer });
    if (headers.get("If-None-Match") === `"${note.etag}"`)
      return new Response(null, { status: 304, ...answer });
    return new Response(note.text, answer);
  }

  #begin(form: string): Response {
    this.device = new URLSearchParams(form).get("scope")?.split(":").at(-1) ?? "";
    const page = `${SERVER}/link`;
    return Response.json({ device_code: "d", user_code: "UC", verification_uri: page, interval: 1 });
  }

  #token(): Response {
    if (this.grant !== "agreed") return Response.json({ error: this.grant }, { status: 400 });
    this.isTokenGiven = true;
    return Response.json({ access_token: "t", token_type: "Bearer", expires_in: 60 });
  }
}

let server: FakeServer;
/** What one device shows, and the other is given: by the one user who holds both. */
let code: (bytes: Uint8Array) => void;
let shown: Promise<Uint8Array>;
let digits: (typed: string) => void;
let typed: Promise<string>;
let mistype: boolean;
let pages: string[];
let ending: AbortController;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  server = new FakeServer();
  vi.stubGlobal("fetch", server.fetch);
  shown = new Promise((resolve) => {
    code = resolve;
  });
  typed = new Promise((resolve) => {
    digits = resolve;
  });
  mistype = false;
  pages = [];
  ending = new AbortController();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const prompt: QrPrompt = {
  showCode: (bytes) => code(bytes),
  showDigits: (shownDigits) => digits(shownDigits),
  askDigits: async () => {
    const right = await typed;
    return mistype ? (right === "00" ? "01" : "00") : ` ${right} `;
  },
  offerPage: (url) => {
    pages.push(url);
    server.grant = "agreed";
  },
  showUserCode: () => undefined,
};

function newDevice(): NewDevice {
  const find = async () => ({ url: SERVER, oauth: await metadata() }) as Homeserver;
  return { prompt, signal: ending.signal, find };
}

async function metadata() {
  const { parseOAuthMetadata } = await import("../oauthMetadata");
  return parseOAuthMetadata(OAUTH, SERVER);
}

function existingDevice(): ExistingDevice {
  const about = { userId: "@a:x", homeserverUrl: SERVER, fetch: server.fetch as typeof fetch };
  return { ...about, prompt, signal: new AbortController().signal, secrets: async () => SECRETS };
}

async function newShows() {
  const letIn = async () => scanToLetIn(existingDevice(), await decodeQrCode(await shown));
  return together(showToSignIn(newDevice(), SERVER), letIn());
}

async function existingShows() {
  const signIn = async () => scanToSignIn(newDevice(), await decodeQrCode(await shown));
  return together(signIn(), showToLetIn(existingDevice()));
}

/** Let time pass until both have come to their end; what it was, in the order of the devices. */
async function together(fresh: Promise<unknown>, existing: Promise<unknown>): Promise<readonly unknown[]> {
  let isOver = false;
  const both = Promise.allSettled([fresh, existing]).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(1_000);
  }
  return (await both).map((one) => (one.status === "fulfilled" ? one.value : one.reason));
}

describe.each([
  ["the new device", newShows],
  ["the device that is signed in", existingShows],
])("with the code of %s", (_who, meet) => {
  it("the new one is signed in and given the secrets", async () => {
    const [signedIn, letIn] = await meet();
    expect(letIn).toBeUndefined();
    expect(signedIn).toMatchObject({ session: { userId: "@a:x", accessToken: "t" }, secrets: SECRETS });
    expect(pages).toEqual([`${SERVER}/link`]);
    expect(server.note).toBeNull();
  });

  it("wrong digits end it, and nothing is handed over", async () => {
    mistype = true;
    const ends = await meet();
    expect(ends.some((end) => end instanceof QrInsecure)).toBe(true);
    expect(ends.every((end) => end instanceof QrFailed)).toBe(true);
    expect([pages, server.isTokenGiven]).toEqual([[], false]);
  });

  it("a no on the server's page is told to both", async () => {
    const agree = prompt.offerPage;
    vi.spyOn(prompt, "offerPage").mockImplementation((url) => {
      agree(url);
      server.grant = "access_denied";
    });
    expect(await meet()).toEqual([expect.any(Cancelled), expect.any(Cancelled)]);
  });

  it("who gives up tells the other", async () => {
    vi.spyOn(prompt, "offerPage").mockImplementation(() => ending.abort());
    expect(await meet()).toEqual([expect.any(Cancelled), expect.any(Cancelled)]);
  });
});

it("a note that is gone has expired", async () => {
  prompt.showCode = (bytes) => {
    server.note = null;
    code(bytes);
  };
  const [signedIn, letIn] = await newShows();
  expect([signedIn, letIn]).toEqual([expect.any(QrExpired), expect.any(QrExpired)]);
  prompt.showCode = (bytes) => code(bytes);
});

it("a code of the same side, and what is no code, are refused", async () => {
  const meeting = newShows();
  const scanned = await decodeQrCode(await shown);
  await expect(scanToSignIn(newDevice(), scanned)).rejects.toBeInstanceOf(NotAQrCode);
  await expect(decodeQrCode(new TextEncoder().encode("https://x"))).rejects.toBeInstanceOf(NotAQrCode);
  await meeting;
});

it("nobody shows a code where the server has no such sign-in", async () => {
  server.offersGrant = false;
  await expect(showToLetIn(existingDevice())).rejects.toMatchObject({ reason: "unsupported_protocol" });
  expect(server.note).toBeNull();
});
