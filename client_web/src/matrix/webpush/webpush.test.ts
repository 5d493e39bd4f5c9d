import { describe, expect, it } from "vitest";
import { chooseCarrier } from "./carrier";
import { pusherOf } from "./pusher";

const SITE = { key: "site", gateway: "https://chat.example.org/_matrix/push/v1/notify" };
const SUBSCRIPTION = { endpoint: "https://push.example/1", keys: { p256dh: "public", auth: "secret" } };

describe("who sends a browser its notifications", () => {
  it("is the account's own server where the page came from it", () => {
    expect(chooseCarrier(SITE, "site", "https://example.org")).toEqual({ key: "site", gateway: null });
  });

  it("is the page's server where the account lives elsewhere", () => {
    expect(chooseCarrier(SITE, "", "https://elsewhere.org")).toEqual({ key: "site", gateway: SITE.gateway });
    expect(chooseCarrier(SITE, "other", "https://elsewhere.org").gateway).toBe(SITE.gateway);
  });

  it("is the account's own server where the page's passes nothing on", () => {
    expect(chooseCarrier(null, "own", "https://example.org")).toEqual({ key: "own", gateway: null });
  });

  it("is nobody where neither can", () => {
    expect(() => chooseCarrier(null, "", "https://example.org")).toThrow(
      expect.objectContaining({ word: "push_server" }),
    );
  });
});

describe("a browser's pusher", () => {
  it("is the browser's own with its server", () => {
    expect(pusherOf(SUBSCRIPTION, { key: "k", gateway: null }, "de")).toMatchObject({
      kind: "webpush",
      pushkey: "public",
      data: { url: SUBSCRIPTION.endpoint, auth: "secret" },
    });
  });

  it("names the gateway with another", () => {
    expect(pusherOf(SUBSCRIPTION, { key: "k", gateway: SITE.gateway }, "de")).toMatchObject({
      kind: "http",
      data: { url: SITE.gateway, endpoint: SUBSCRIPTION.endpoint, auth: "secret" },
    });
  });

  it("is refused where the browser gave no keys", () => {
    expect(() => pusherOf({ endpoint: "https://x" }, { key: "k", gateway: null }, "en")).toThrow();
  });
});
