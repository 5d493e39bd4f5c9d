import { VerificationPhase, type VerificationRequest, type Verifier } from "matrix-js-sdk/lib/crypto-api";
import { numberedEmoji } from "./sasEmoji";
import type { Verification, VerificationStage } from "./types";

export const SAS = "m.sas.v1";
export const SHOW_QR = "m.qr_code.show.v1";
export const SCAN_QR = "m.qr_code.scan.v1";

/** What a request does not tell by itself. */
export interface Memory {
  readonly userId: string;
  readonly incoming: boolean;
  readonly qrCode: Uint8Array | null;
  /** We have said that both sides show the same. */
  readonly confirmed: boolean;
  /** We have said that they do not. */
  readonly mismatched: boolean;
}

/** Describe how a verification stands now. */
export function snapshotOf(request: VerificationRequest, memory: Memory): Verification {
  const stage = stageOf(request, memory);
  const sas = stage === "compare" ? request.verifier?.getShowSasCallbacks()?.sas : undefined;
  const emoji = numberedEmoji(sas?.emoji ?? []);
  const isReady = stage === "ready";
  return {
    id: request.transactionId ?? "",
    userId: request.otherUserId,
    own: request.isSelfVerification,
    incoming: memory.incoming,
    deviceId: request.otherDeviceId ?? null,
    roomId: request.roomId ?? null,
    stage,
    emoji,
    numbers: emoji.length === 0 ? (sas?.decimal ?? []) : [],
    qrCode: isReady ? memory.qrCode : null,
    canCompare: isReady && request.otherPartySupportsMethod(SAS),
    canScan: isReady && request.otherPartySupportsMethod(SHOW_QR),
    cancelCode: cancelCodeOf(request, memory, stage),
    cancelledByUs: stage === "cancelled" && request.cancellingUserId === memory.userId,
  };
}

function stageOf(request: VerificationRequest, memory: Memory): VerificationStage {
  switch (request.phase) {
    case VerificationPhase.Ready:
      return "ready";
    case VerificationPhase.Started:
      return stageOfVerifier(request.verifier, memory);
    case VerificationPhase.Done:
      return "done";
    case VerificationPhase.Cancelled:
      return "cancelled";
    default:
      return "requested";
  }
}

function stageOfVerifier(verifier: Verifier | undefined, memory: Memory): VerificationStage {
  if (verifier === undefined) return "started";
  const isAsked =
    verifier.getShowSasCallbacks() !== null || verifier.getReciprocateQrCodeCallbacks() !== null;
  if (!isAsked) return memory.confirmed ? "confirmed" : "started";
  if (memory.confirmed) return "confirmed";
  return verifier.getShowSasCallbacks() === null ? "scanned" : "compare";
}

function cancelCodeOf(request: VerificationRequest, memory: Memory, stage: VerificationStage): string {
  if (stage !== "cancelled") return "";
  return memory.mismatched ? "m.mismatched_sas" : (request.cancellationCode ?? "");
}
