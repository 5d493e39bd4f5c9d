import { beforeEach, describe, expect, it, vi } from "vitest";
import { discover, understand } from "./discovery";
import { ClientError, Offline } from "./errors";

type Answers = Readonly<Record<string, unknown>>;

/** Answer addresses; a number is a status, nothing is a host that does not answer. */
function stub(answers: Answers): void {
  vi.stubGlobal(
    "fetch",
    vi.fn(async (url: string) => {
      const answer = answers[url];
      if (
        answer === undefined &&
        !Object.keys(answers).some((known) => new URL(known).host === new URL(url).host)
      ) {
        throw new TypeError("Failed to fetch");
      }
      if (typeof answer === "number" || answer === undefined)
        return new Response("<html>", { status: answer ?? 404 });
      return Response.json(answer);
    }),
  );
}

const SERVER: Answers = {
  "https://m.example.org/_matrix/client/versions": { versions: ["v1.11"] },
  "https://m.example.org/_matrix/client/v3/login": { flows: [{ type: "m.login.password" }] },
};

beforeEach(() => vi.stubGlobal("isSecureContext", true));

describe("finding a server", () => {
  it("understands names, user ids and addresses", () => {
    expect(understand("@a:example.org").wellKnown).toBe("https://example.org");
    expect(understand("example.org:8448")).toMatchObject({
      addresses: ["https://example.org:8448"],
      wellKnown: "https://example.org",
    });
    expect(understand("https://m.example.org/")).toMatchObject({
      addresses: ["https://m.example.org"],
      wellKnown: null,
    });
    expect(understand("localhost:8008").addresses[0]).toBe("http://localhost:8008");
  });

  it("takes nothing else for a name", () => {
    for (const typed of [
      "",
      "two words",
      "@alice",
      "javascript://x",
      "ftp://example.org",
      "https://u:p@x.org",
      "ex/ample",
    ]) {
      expect(() => understand(typed), typed).toThrow(ClientError);
    }
  });

  it("goes where the name's file says", async () => {
    stub({
      ...SERVER,
      "https://example.org/.well-known/matrix/client": {
        "m.homeserver": { base_url: "https://m.example.org/" },
      },
    });
    expect(await discover("@a:example.org")).toMatchObject({
      url: "https://m.example.org",
      name: "example.org",
      hasPassword: true,
    });
  });

  it("tries the name itself where it has no such file", async () => {
    stub(Object.fromEntries(Object.entries(SERVER).map(([url, body]) => [url.replace("m.", ""), body])));
    expect(await discover("example.org")).toMatchObject({ url: "https://example.org" });
  });

  it("says that a file is wrong, instead of going elsewhere", async () => {
    for (const file of [
      {},
      { "m.homeserver": { base_url: "http://m.example.org" } },
      { "m.homeserver": "x" },
    ]) {
      stub({ ...SERVER, "https://example.org/.well-known/matrix/client": file });
      await expect(discover("example.org")).rejects.toMatchObject({ word: "discovery_broken" });
    }
  });

  it("tells a web server from a homeserver", async () => {
    stub({ "https://m.example.org/": {} });
    await expect(discover("https://m.example.org")).rejects.toMatchObject({ word: "no_homeserver" });
    stub({ "https://m.example.org/_matrix/client/versions": { versions: "nonsense" } });
    await expect(discover("https://m.example.org")).rejects.toMatchObject({ word: "no_homeserver" });
  });

  it("says that nothing answers", async () => {
    stub({});
    await expect(discover("example.org")).rejects.toBeInstanceOf(Offline);
  });

  it("offers OAuth only where it can be done as it has to be", async () => {
    const metadata = {
      issuer: "https://m.example.org/",
      authorization_endpoint: "https://m.example.org/authorize",
      token_endpoint: "https://m.example.org/token",
      revocation_endpoint: "https://m.example.org/revoke",
      registration_endpoint: "https://m.example.org/register",
      grant_types_supported: ["authorization_code", "refresh_token"],
      response_modes_supported: ["query"],
      code_challenge_methods_supported: ["S256"],
    };
    const path = "https://m.example.org/_matrix/client/v1/auth_metadata";
    stub({ ...SERVER, [path]: metadata });
    expect(await discover("https://m.example.org")).toMatchObject({ hasOAuth: true });
    stub({ ...SERVER, [path]: { ...metadata, code_challenge_methods_supported: ["plain"] } });
    expect(await discover("https://m.example.org")).toMatchObject({ hasOAuth: false });
    stub({ ...SERVER, [path]: { ...metadata, token_endpoint: "http://evil.example/" } });
    expect(await discover("https://m.example.org")).toMatchObject({ hasOAuth: false, hasPassword: true });
  });
});
