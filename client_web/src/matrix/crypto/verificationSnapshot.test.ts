import { VerificationPhase, type VerificationRequest } from "matrix-js-sdk/lib/crypto-api";
import { describe, expect, it } from "vitest";
import { type Memory, snapshotOf } from "./verificationSnapshot";

const MEMORY: Memory = {
  userId: "@alice:x",
  incoming: false,
  qrCode: null,
  confirmed: false,
  mismatched: false,
};
const EMOJI = [
  ["🐶", "Dog"],
  ["📌", "Pin"],
];

function request(phase: VerificationPhase, more: object = {}): VerificationRequest {
  return {
    phase,
    transactionId: "t",
    otherUserId: "@bob:x",
    isSelfVerification: false,
    otherPartySupportsMethod: () => true,
    cancellationCode: null,
    ...more,
  } as unknown as VerificationRequest;
}

function verifier(sas: object | null, qr: object | null) {
  return { verifier: { getShowSasCallbacks: () => sas, getReciprocateQrCodeCallbacks: () => qr } };
}

describe("a verification, as it stands", () => {
  it("waits for an answer, then offers what both sides can", () => {
    expect(snapshotOf(request(VerificationPhase.Requested), MEMORY).stage).toBe("requested");
    const qrCode = Uint8Array.of(1, 2);
    expect(snapshotOf(request(VerificationPhase.Ready), { ...MEMORY, qrCode })).toMatchObject({
      stage: "ready",
      canCompare: true,
      canScan: true,
      qrCode,
    });
  });

  it("shows the emoji by their numbers once they are there", () => {
    const started = request(VerificationPhase.Started, verifier(null, null));
    expect(snapshotOf(started, MEMORY)).toMatchObject({ stage: "started", emoji: [] });
    const compare = request(VerificationPhase.Started, verifier({ sas: { emoji: EMOJI } }, null));
    expect(snapshotOf(compare, MEMORY)).toMatchObject({
      stage: "compare",
      emoji: [
        { symbol: "🐶", number: 0 },
        { symbol: "📌", number: 63 },
      ],
    });
  });

  it("shows numbers where the other side has no emoji", () => {
    const compare = request(VerificationPhase.Started, verifier({ sas: { decimal: [1, 2, 3] } }, null));
    expect(snapshotOf(compare, MEMORY)).toMatchObject({ emoji: [], numbers: [1, 2, 3] });
  });

  it("asks whether the other side has scanned, and waits after the answer", () => {
    const scanned = request(VerificationPhase.Started, verifier(null, {}));
    expect(snapshotOf(scanned, MEMORY).stage).toBe("scanned");
    expect(snapshotOf(scanned, { ...MEMORY, confirmed: true }).stage).toBe("confirmed");
  });

  it("shows no code and no emoji when it is over", () => {
    const memory = { ...MEMORY, qrCode: Uint8Array.of(1) };
    for (const phase of [VerificationPhase.Done, VerificationPhase.Cancelled]) {
      expect(snapshotOf(request(phase), memory)).toMatchObject({ qrCode: null, emoji: [], canScan: false });
    }
  });

  it("tells who ended it and why", () => {
    const ended = { cancellationCode: "m.user", cancellingUserId: "@alice:x" };
    const cancelled = request(VerificationPhase.Cancelled, ended);
    expect(snapshotOf(cancelled, MEMORY)).toMatchObject({ cancelCode: "m.user", cancelledByUs: true });
    expect(snapshotOf(cancelled, { ...MEMORY, mismatched: true }).cancelCode).toBe("m.mismatched_sas");
    const byOther = request(VerificationPhase.Cancelled, { ...ended, cancellingUserId: "@bob:x" });
    expect(snapshotOf(byOther, MEMORY).cancelledByUs).toBe(false);
  });
});
