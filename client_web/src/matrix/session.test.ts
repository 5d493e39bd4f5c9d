import { beforeEach, describe, expect, it } from "vitest";
import {
  activeSession,
  enterSession,
  forgetSession,
  parseSessions,
  sessions,
  switchSession,
  updateSession,
} from "./session";
import type { Session } from "./types";

function session(userId: string, more: Partial<Session> = {}): Session {
  return { userId, deviceId: "D", homeserverUrl: "https://x", accessToken: "secret", ...more };
}

beforeEach(() => {
  for (const one of sessions.get().all) forgetSession(one.userId);
});

describe("sessions", () => {
  it("show the account that was entered last, and others on demand", () => {
    enterSession(session("@a:x"));
    enterSession(session("@b:x"));
    expect(activeSession()?.userId).toBe("@b:x");
    switchSession("@a:x");
    expect(activeSession()?.userId).toBe("@a:x");
    switchSession("@nobody:x");
    expect(activeSession()?.userId).toBe("@a:x");
  });

  it("are there after the page was loaded again", () => {
    enterSession(
      session("@a:x", {
        refreshToken: "r",
        expiresAt: 5,
        oauth: { clientId: "c", issuer: "i" },
        ended: "soft",
      }),
    );
    expect(parseSessions(localStorage.getItem("parlour.sessions"))).toEqual(sessions.get());
  });

  it("leave another account shown when one is forgotten", () => {
    enterSession(session("@a:x"));
    enterSession(session("@b:x"));
    forgetSession("@b:x");
    expect(activeSession()?.userId).toBe("@a:x");
    forgetSession("@a:x");
    expect(localStorage.getItem("parlour.sessions")).toBeNull();
  });

  it("that are gone do not come back with new tokens", () => {
    enterSession(session("@a:x"));
    forgetSession("@a:x");
    updateSession(session("@a:x", { accessToken: "newer" }));
    expect(activeSession()).toBeNull();
  });

  it("do not take each other's changes back, whichever tab writes", () => {
    enterSession(session("@a:x"));
    const elsewhere = { active: "@b:x", sessions: [session("@a:x"), session("@b:x")] };
    localStorage.setItem("parlour.sessions", JSON.stringify(elsewhere));
    updateSession(session("@a:x", { accessToken: "newer" }));
    expect(sessions.get().all.map((one) => one.accessToken)).toEqual(["newer", "secret"]);
  });

  it("are none where what is stored makes no sense", () => {
    for (const text of [null, "", "{", "[]", '{"sessions":7}', '{"sessions":[{"userId":"@a:x"}]}']) {
      expect(parseSessions(text)).toEqual({ active: null, all: [] });
    }
  });
});
