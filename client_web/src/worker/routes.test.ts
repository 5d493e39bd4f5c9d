import { describe, expect, it } from "vitest";
import { answererOf } from "./routes";

const ORIGIN = "https://chat.example.org";

function answerer(path: string, mode: RequestMode = "cors", method = "GET") {
  return answererOf(method, mode, new URL(path, ORIGIN), ORIGIN);
}

describe("the service worker", () => {
  it("shows the one page at every address of the client", () => {
    for (const path of ["/", "/chat/!room:x/$event", "/settings/devices", "/account", "/login?next=/chat"]) {
      expect(answerer(path, "navigate")).toBe("page");
    }
  });

  it("leaves the server's own pages to the server", () => {
    for (const path of ["/oauth2/authorize?x=1", "/_matrix/client/v3/auth/m.login.terms/fallback/web"]) {
      expect(answerer(path, "navigate")).toBe("network");
    }
  });

  it("never keeps what a server answers", () => {
    for (const path of [
      "/_matrix/client/v3/sync",
      "/_parlour/account/v1/grants",
      "/config.json",
      "/.well-known/x",
    ]) {
      expect(answerer(path)).toBe("network");
    }
    expect(answerer("https://elsewhere.example/code/x.js")).toBe("network");
    expect(answerer("/code/x.js", "cors", "POST")).toBe("network");
  });

  it("keeps files that never change, and pictures", () => {
    expect(answerer("/code/index-abc123.js")).toBe("code");
    expect(answerer("/assets/icon.svg")).toBe("asset");
  });
});
