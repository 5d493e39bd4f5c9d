import { describe, expect, it } from "vitest";
import { ApiError, BadAnswer } from "./errors";
import { authOf, type Challenge, challengeOf, describeStage, policyText, remainingStages } from "./stages";

const [DUMMY, EMAIL, TOKEN, TERMS, CAPTCHA] = [
  "m.login.dummy",
  "m.login.email.identity",
  "m.login.registration_token",
  "m.login.terms",
  "m.login.recaptcha",
];

function challenge(flows: string[][], completed: string[] = [], params = {}): Challenge {
  return { session: "s", flows, completed, params };
}

describe("stages", () => {
  it("are read from a refusal that names flows, and from no other", () => {
    const flows = [{ stages: [DUMMY] }, { stages: "nonsense" }];
    expect(challengeOf(new ApiError(401, { flows, session: "s", completed: [DUMMY] }))).toEqual({
      session: "s",
      flows: [[DUMMY], []],
      completed: [DUMMY],
      params: {},
    });
    expect(challengeOf(new ApiError(401, { errcode: "M_UNKNOWN_TOKEN" }))).toBeNull();
    expect(challengeOf(new ApiError(403, { flows }))).toBeNull();
  });

  it("begin with the easiest flow", () => {
    expect(remainingStages(challenge([[TOKEN], [CAPTCHA, TERMS], [EMAIL]]))).toEqual([EMAIL]);
    expect(remainingStages(challenge([[TOKEN, DUMMY], [DUMMY]]))).toEqual([DUMMY]);
  });

  it("go on with the flow that uses what is done", () => {
    expect(remainingStages(challenge([[EMAIL], [TOKEN, TERMS]], [TOKEN]))).toEqual([TERMS]);
  });

  it("follow what the user chose", () => {
    expect(remainingStages(challenge([[EMAIL], [TOKEN, TERMS]]), [TOKEN])).toEqual([TOKEN, TERMS]);
  });

  it("are an error where there are none", () => {
    expect(() => remainingStages(challenge([]))).toThrow(BadAnswer);
  });

  it("offer other ways that begin elsewhere", () => {
    expect(
      describeStage(
        challenge([
          [EMAIL, DUMMY],
          [TOKEN, DUMMY],
        ]),
        EMAIL,
        "https://x",
      ).others,
    ).toEqual([TOKEN]);
  });

  it("that nobody knows are done on the server's page", () => {
    const stage = describeStage(challenge([[CAPTCHA]]), CAPTCHA, "https://x");
    expect(stage).toMatchObject({ kind: "browser", total: 1 });
    expect(stage.url).toBe("https://x/_matrix/client/v3/auth/m.login.recaptcha/fallback/web?session=s");
  });

  it("show only documents that are web pages, in the reader's language", () => {
    const policies = {
      privacy: {
        version: "1",
        en: { name: "Privacy", url: "https://x/en" },
        de: { name: "Datenschutz", url: "https://x/de" },
        fr: { name: "Piège", url: "javascript:alert(1)" },
      },
    };
    const [policy] = describeStage(
      challenge([[TERMS]], [], { [TERMS]: { policies } }),
      TERMS,
      "https://x",
    ).policies;
    expect(policy?.texts).toHaveLength(2);
    expect(policyText(policy!, "de")).toMatchObject({ name: "Datenschutz" });
    expect(policyText(policy!, "fr")).toMatchObject({ name: "Privacy" });
    expect(() => describeStage(challenge([[TERMS]]), TERMS, "https://x")).toThrow(BadAnswer);
  });

  it("take only an answer that fits", () => {
    const token = describeStage(challenge([[TOKEN]]), TOKEN, "https://x");
    expect(authOf(token, { kind: "token", token: "abc" })).toEqual({ type: TOKEN, token: "abc" });
    expect(authOf(token, { kind: "done" })).toBeNull();
  });
});
