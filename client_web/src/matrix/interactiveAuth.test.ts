import { describe, expect, it, vi } from "vitest";
import { ApiError, Cancelled } from "./errors";
import { type Ask, withStages } from "./interactiveAuth";
import type { JsonObject } from "./shapes";

const TOKEN = "m.login.registration_token";
const EMAIL = "m.login.email.identity";

function refusal(stages: string[], completed: string[] = [], more: JsonObject = {}): ApiError {
  return new ApiError(401, { session: "s", flows: [{ stages }], completed, params: {}, ...more });
}

function server(...refusals: (ApiError | null)[]) {
  return vi.fn(async (_auth: JsonObject | null) => {
    const next = refusals.shift() ?? null;
    if (next !== null) throw next;
    return { user_id: "@a:x" };
  });
}

const register = (send: (auth: JsonObject | null) => Promise<JsonObject>, ask: Ask) =>
  withStages("https://x", "/register/email/requestToken", send, ask);

describe("proving what a server wants", () => {
  it("passes through stages that nobody has to be asked about", async () => {
    const send = server(refusal(["m.login.dummy"]), null);
    await register(send, () => Promise.reject(new Error("asked")));
    expect(send).toHaveBeenLastCalledWith({ type: "m.login.dummy", session: "s" });
  });

  it("asks stage by stage", async () => {
    const send = server(refusal([TOKEN, "m.login.terms"]), refusal(["x"], ["x"]), null);
    await register(send, async () => ({ kind: "token", token: "abc" }));
    expect(send.mock.calls.map(([auth]) => auth)).toEqual([
      null,
      { type: TOKEN, token: "abc", session: "s" },
      { session: "s" },
    ]);
  });

  it("asks again, and says why, where an answer is refused without naming the stages once more", async () => {
    const words: string[] = [];
    const send = server(refusal([TOKEN]), new ApiError(401, { errcode: "M_UNAUTHORIZED" }), null);
    await register(send, async (stage) => {
      words.push(stage.errorWord);
      return { kind: "token", token: "abc" };
    });
    expect(words).toEqual(["", "stage_registration_token"]);
  });

  it("ends with the refusal where no proof would change it", async () => {
    const taken = new ApiError(400, { errcode: "M_USER_IN_USE" });
    await expect(register(server(taken), async () => null)).rejects.toBe(taken);
  });

  it("is called off by the user", async () => {
    await expect(register(server(refusal([TOKEN])), async () => null)).rejects.toBeInstanceOf(Cancelled);
  });

  it("sends a mail, waits for its link, and says when it was not followed", async () => {
    vi.stubGlobal(
      "fetch",
      vi.fn(async () => Response.json({ sid: "mail" })),
    );
    const seen: string[] = [];
    const send = server(refusal([EMAIL]), refusal([EMAIL]), null);
    await register(send, async (stage) => {
      seen.push(`${stage.kind} ${stage.errorWord}`);
      return stage.kind === "email" ? { kind: "email", address: "a@b.c" } : { kind: "done" };
    });
    expect(seen).toEqual(["email ", "email_sent ", "email_sent email_not_confirmed"]);
    expect(send.mock.calls[1]?.[0]).toMatchObject({ type: EMAIL, threepid_creds: { sid: "mail" } });
  });
});
