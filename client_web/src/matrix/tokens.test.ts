import { beforeEach, describe, expect, it, vi } from "vitest";
import { SessionTokens } from "./tokens";
import type { Session } from "./types";
import { MutableValue } from "./value";

const SESSION: Session = {
  userId: "@a:x",
  deviceId: "D",
  homeserverUrl: "https://x",
  accessToken: "old",
  refreshToken: "r1",
};

function unknownToken(): Response {
  return Response.json({ errcode: "M_UNKNOWN_TOKEN" }, { status: 401 });
}

/** A server that takes one access token and renews others. */
function server(
  good: string,
  refresh: () => Response = () =>
    Response.json({ access_token: "new", refresh_token: "r2", expires_in_ms: 60_000 }),
) {
  const asked = vi.fn(async (url: string | URL | Request, options?: RequestInit) => {
    if (String(url).endsWith("/v3/refresh")) return refresh();
    const token = new Headers(options?.headers).get("Authorization");
    return token === `Bearer ${good}` ? Response.json({ ok: true }) : unknownToken();
  });
  vi.stubGlobal("fetch", asked);
  return asked;
}

let session: MutableValue<Session>;
let kept: Session[];
let tokens: SessionTokens;
beforeEach(() => {
  session = new MutableValue(SESSION);
  kept = [];
  tokens = new SessionTokens(session, (renewed) => kept.push(renewed));
});

describe("tokens", () => {
  it("go to the homeserver and nowhere else", async () => {
    const asked = server("old");
    await tokens.fetch("https://x/_matrix/client/v3/thing");
    await tokens.fetch("https://x.evil.example/_matrix/client/v3/thing");
    expect(new Headers(asked.mock.calls[0]?.[1]?.headers).get("Authorization")).toBe("Bearer old");
    expect(asked.mock.calls[1]?.[1]).toBeUndefined();
  });

  it("are renewed where they are refused, kept before they are used, and the request is sent again", async () => {
    server("new");
    const answer = await tokens.fetch("https://x/_matrix/client/v3/thing");
    expect(answer.status).toBe(200);
    expect(kept).toMatchObject([{ accessToken: "new", refreshToken: "r2" }]);
    expect(session.get().expiresAt).toBeGreaterThan(Date.now());
  });

  it("are renewed once, however many requests find them refused", async () => {
    const asked = server("new");
    await Promise.all([1, 2, 3].map((n) => tokens.fetch(`https://x/_matrix/client/v3/${n}`)));
    expect(asked.mock.calls.filter(([url]) => String(url).endsWith("/refresh"))).toHaveLength(1);
  });

  it("are renewed before they run out", async () => {
    server("new");
    session.set({ ...SESSION, expiresAt: Date.now() + 1000 });
    expect(await tokens.current()).toBe("new");
  });

  it("that cannot be renewed leave the refusal as it is", async () => {
    server("new", () => Response.json({ errcode: "M_UNKNOWN_TOKEN", soft_logout: true }, { status: 401 }));
    const answer = await tokens.fetch("https://x/_matrix/client/v3/thing");
    expect(answer.status).toBe(401);
    expect(kept).toEqual([]);
  });

  it("that another tab has renewed are taken over, so that no refresh token is used twice", async () => {
    const asked = server("theirs");
    const theirs = { ...SESSION, accessToken: "theirs", refreshToken: "r2" };
    tokens = new SessionTokens(
      session,
      () => undefined,
      () => theirs,
    );
    const answer = await tokens.fetch("https://x/_matrix/client/v3/thing");
    expect(answer.status).toBe(200);
    expect(asked.mock.calls.filter(([url]) => String(url).endsWith("/refresh"))).toHaveLength(0);
  });

  it("are not given up because a server is away", async () => {
    server("new", () => new Response("bad gateway", { status: 502 }));
    await expect(tokens.fetch("https://x/_matrix/client/v3/thing")).rejects.toMatchObject({
      word: "network",
    });
    expect(session.get()).toEqual(SESSION);
  });
});
