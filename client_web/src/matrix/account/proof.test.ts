import { describe, expect, it, vi } from "vitest";
import { ApiError } from "../errors";
import type { JsonObject } from "../types";
import { createProofs, type ProofRequest, type Proofs } from "./proof";

const URL = "https://matrix.example.org";
/** Of a test that hangs: a busy machine is no fault of it. */
const PATIENCE = { timeout: 60_000 };

function challenge(flows: readonly (readonly string[])[], more: JsonObject = {}): ApiError {
  return new ApiError(401, { session: "abc", flows: flows.map((stages) => ({ stages })), ...more });
}

async function asked(proofs: Proofs): Promise<ProofRequest> {
  return await vi.waitUntil(() => proofs.request.get(), PATIENCE);
}

describe("proving who one is", () => {
  it("is not asked for where the server wants none", async () => {
    const proofs = createProofs("@alice:example.org", URL);
    expect(await proofs.prove(async (auth) => auth)).toBe(null);
  });

  it("gives the password that was typed, and asks again after a wrong one", async () => {
    const proofs = createProofs("@alice:example.org", URL);
    const make = vi.fn(async (auth: JsonObject | null) => {
      if (auth === null) throw challenge([["m.login.password"]]);
      if (auth.password !== "right") throw challenge([["m.login.password"]], { errcode: "M_FORBIDDEN" });
      return auth;
    });
    const done = proofs.prove(make);
    (await asked(proofs)).submit("wrong");
    const again = await vi.waitUntil(
      () => proofs.request.get()?.wasRefused && proofs.request.get(),
      PATIENCE,
    );
    if (again) again.submit("right");
    expect(await done).toMatchObject({ session: "abc", identifier: { user: "@alice:example.org" } });
    expect(proofs.request.get()).toBe(null);
  });

  it("answers a dummy stage by itself and takes the shortest way", async () => {
    const proofs = createProofs("@alice:example.org", URL);
    const flows = [["m.login.password", "m.login.email.identity"], ["m.login.dummy"]];
    const make = async (auth: JsonObject | null) => {
      if (auth === null) throw challenge(flows);
      return auth.type;
    };
    expect(await proofs.prove(make)).toBe("m.login.dummy");
  });

  it("opens the page that the server names, and its own page for a stage that is not known here", async () => {
    const proofs = createProofs("@alice:example.org", URL);
    const page = { params: { "m.oauth": { url: "https://example.org/account?action=x" } } };
    const first = proofs.prove(async (auth) => {
      if (auth === null) throw challenge([["m.oauth"]], page);
    });
    const shown = await asked(proofs);
    expect(shown).toMatchObject({ kind: "page", url: "https://example.org/account?action=x" });
    shown.submit("");
    await first;
    const second = proofs.prove(async (auth) => {
      if (auth === null) throw challenge([["m.login.sso"]]);
    });
    expect((await asked(proofs)).url).toBe(
      `${URL}/_matrix/client/v3/auth/m.login.sso/fallback/web?session=abc`,
    );
    (await asked(proofs)).submit("");
    await second;
  });

  it("ends when the user thinks better of it, and the next may follow", async () => {
    const proofs = createProofs("@alice:example.org", URL);
    const make = async (auth: JsonObject | null) => {
      if (auth === null) throw challenge([["m.login.password"]]);
    };
    const done = proofs.prove(make);
    const next = proofs.prove(async () => "next");
    (await asked(proofs)).cancel();
    await expect(done).rejects.toMatchObject({ word: "cancelled" });
    expect(await next).toBe("next");
  });

  it("lets other refusals through", async () => {
    const proofs = createProofs("@alice:example.org", URL);
    const refused = proofs.prove(async () => {
      throw new ApiError(403, { errcode: "M_FORBIDDEN" });
    });
    await expect(refused).rejects.toMatchObject({ status: 403 });
  });

  it("opens no page that is none", async () => {
    const proofs = createProofs("@alice:example.org", URL);
    const page = { params: { "m.oauth": { url: "javascript:alert(1)" } } };
    const done = proofs.prove(async (auth) => {
      if (auth === null) throw challenge([["m.oauth"]], page);
    });
    expect((await asked(proofs)).url).toMatch(/^https:\/\/matrix\.example\.org\//);
    (await asked(proofs)).submit("");
    await done;
  });
});
