import { describe, expect, it } from "vitest";
import { ApiError, NotAllowed } from "../errors";
import type { JsonObject } from "../shapes";
import type { AdminApi } from "./api";
import { runChecks, worstOf } from "./checks";
import { byTable, loadConfiguration, settingMatches } from "./configuration";
import { listDestinations, stateOf } from "./federation";
import { nextStage } from "./firstAdmin";
import { isOver, linkOf } from "./invitations";
import { loadOverview } from "./overview";
import { listPeople } from "./people";
import { shutDown } from "./rooms";
import { isUnderWay, listWork, shareDone } from "./work";

interface Asked {
  readonly path: string;
  readonly sent: unknown;
}

function serverThatSays(body: JsonObject): AdminApi & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const answer = (path: string, sent?: unknown): Promise<JsonObject> => {
    asked.push({ path, sent });
    return Promise.resolve(body);
  };
  const session = { userId: "@root:x", deviceId: "D", homeserverUrl: "http://x", accessToken: "t" };
  return { asked, session, get: answer, post: answer, put: answer, delete: answer };
}

describe("what the server answers", () => {
  it("is read whatever is missing or of another kind", async () => {
    const nonsense = serverThatSays({ history: [{ online: "many" }, 3], space: 7, workers: null });
    const overview = await loadOverview(nonsense);
    expect(overview.history).toEqual([
      { atMs: 0, messagesPerSecond: 0, deliveryMs: null, online: 0, memoryBytes: 0 },
    ]);
    expect(overview.space.diskBytes).toBeNull();
    expect(await listWork(serverThatSays({ work: [{ status: "odd" }] }))).toMatchObject([
      { status: "active" },
    ]);
    expect(await runChecks(serverThatSays({ checks: [{ result: "great" }] }))).toMatchObject([
      { result: "fail" },
    ]);
  });

  it("names accounts after their id where they have no name", async () => {
    const page = await listPeople(
      serverThatSays({ users: [{ name: "@bob:x", admin: 1, locked: false }], total: 12 }),
      "",
      "all",
      0,
    );
    expect(page).toMatchObject({ total: 12, items: [{ name: "bob", isAdmin: true, isLocked: false }] });
  });

  it("tells servers that fail, lag and are well apart", async () => {
    const { items } = await listDestinations(
      serverThatSays({
        destinations: [
          { server: "a", failing_since_ms: 5 },
          { server: "b", behind_since_ms: 5 },
          { server: "c", round_trip_ms: 12.5 },
        ],
      }),
      "",
      false,
      0,
    );
    expect(items.map(stateOf)).toEqual(["failing", "behind", "well"]);
    expect(items[2]?.roundTripMs).toBe(12.5);
  });
});

describe("work in the background", () => {
  it("tells how far it is only where that is known", async () => {
    const work = await listWork(
      serverThatSays({
        work: [
          { kind: "a", status: "active", done: 1, total: 4 },
          { kind: "b", status: "scheduled", done: 9, total: null },
          { kind: "c", status: "complete", done: 9, total: 6 },
        ],
      }),
    );
    expect(work.map(shareDone)).toEqual([0.25, null, 1]);
    expect(work.map(isUnderWay)).toEqual([true, true, false]);
  });
});

describe("checks", () => {
  const check = (result: string) => ({ result });
  it("are as good as the worst of them", async () => {
    const some = await runChecks(serverThatSays({ checks: [check("ok"), check("warn")] }));
    expect(worstOf(some)).toBe("warn");
    expect(worstOf([])).toBe("ok");
  });
});

describe("the configuration", () => {
  it("is shown table by table and found by key and meaning", async () => {
    const { settings } = await loadConfiguration(
      serverThatSays({
        settings: [
          { key: "workers", value: "1" },
          { key: "smtp.host", value: null, meaning: "Name of the mail server." },
          { key: "smtp.password", value: null, is_secret: true },
        ],
      }),
    );
    expect(byTable(settings).map(([table, inside]) => [table, inside.length])).toEqual([
      ["", 1],
      ["smtp", 2],
    ]);
    expect(settings.filter((setting) => settingMatches(setting, " MAIL "))).toHaveLength(1);
  });
});

describe("invitations", () => {
  const invitation = { token: "a/b", usesAllowed: 2, uses: 1, expiresMs: 1_000 };
  it("end with their uses or their time", () => {
    expect(isOver(invitation, 500)).toBe(false);
    expect(isOver(invitation, 1_000)).toBe(true);
    expect(isOver({ ...invitation, uses: 2 }, 500)).toBe(true);
    expect(isOver({ ...invitation, usesAllowed: null, expiresMs: null, uses: 99 })).toBe(false);
  });

  it("keep their token from servers on the way", () => {
    expect(linkOf("https://x.example", "a/b")).toBe("https://x.example/register#token=a%2Fb");
  });
});

describe("a room that is shut down", () => {
  it("has a room to move to only where there is something to say", async () => {
    const api = serverThatSays({});
    await shutDown(api, "!a:x", { message: "", block: true, purge: false });
    await shutDown(api, "!a:x", { message: "Sorry", block: false, purge: true });
    expect(api.asked.map(({ sent }) => sent)).toEqual([
      { block: true, purge: false },
      { block: false, purge: true, new_room_user_id: "@root:x", message: "Sorry" },
    ]);
    expect(api.asked[0]?.path).toBe("/_synapse/admin/v2/rooms/!a%3Ax");
  });
});

describe("making the first admin", () => {
  const asking = (body: JsonObject, status = 401): ApiError => new ApiError(status, body);
  const flows = [
    { stages: ["m.login.dummy"] },
    { stages: ["m.login.recaptcha", "m.login.registration_token"] },
    { stages: ["m.login.registration_token", "m.login.dummy"] },
  ];

  it("goes the way that needs nothing but the token", () => {
    expect(nextStage(asking({ flows, session: "s" }), "tok")).toEqual({
      type: "m.login.registration_token",
      session: "s",
      token: "tok",
    });
    const done = { flows, session: "s", completed: ["m.login.registration_token"] };
    expect(nextStage(asking(done), "tok")).toEqual({ type: "m.login.dummy", session: "s" });
  });

  it("tells of a wrong token, and of a way that it cannot go", () => {
    const wrong = asking({ flows, session: "s", errcode: "M_UNAUTHORIZED" });
    expect(() => nextStage(wrong, "tok")).toThrow(wrong);
    const barred = asking({ flows: flows.slice(0, 2), session: "s" });
    expect(() => nextStage(barred, "tok")).toThrow(NotAllowed);
  });
});
