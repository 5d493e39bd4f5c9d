import type { MatrixEvent } from "matrix-js-sdk";
import { asInteger, asObject, asText } from "../shapes";
import type { TimelineEvent } from "./event";

/** Which text says why an event could not be decrypted, by the SDK's code. */
const FAILURES: Readonly<Record<string, string>> = {
  MEGOLM_UNKNOWN_INBOUND_SESSION_ID: "no_key",
  MEGOLM_KEY_WITHHELD: "withheld",
  MEGOLM_KEY_WITHHELD_FOR_UNVERIFIED_DEVICE: "withheld_unverified",
  OLM_UNKNOWN_MESSAGE_INDEX: "key_too_late",
  HISTORICAL_MESSAGE_NO_KEY_BACKUP: "key_too_late",
  HISTORICAL_MESSAGE_BACKUP_UNCONFIGURED: "key_too_late",
  HISTORICAL_MESSAGE_WORKING_BACKUP: "no_key",
  HISTORICAL_MESSAGE_USER_NOT_JOINED: "withheld_unauthorised",
  SENDER_IDENTITY_PREVIOUSLY_VERIFIED: "unsigned_device",
  UNSIGNED_SENDER_DEVICE: "unsigned_device",
  UNKNOWN_SENDER_DEVICE: "unsigned_device",
};

/** Return an event of the SDK as a plain value. */
export function plainEvent(event: MatrixEvent): TimelineEvent {
  const wire = asObject(event.getWireContent());
  const unsigned = asObject(event.getUnsigned());
  const isLocal = event.status !== null;
  const txnId = event.getTxnId() ?? asText(unsigned.transaction_id, 255);
  return {
    id: isLocal && txnId ? txnId : (event.getId() ?? ""),
    roomId: event.getRoomId() ?? "",
    type: asText(event.getType(), 255),
    sender: asText(event.getSender(), 255),
    atMs: Math.max(0, asInteger(event.getTs())),
    content: asObject(event.getOriginalContent()),
    stateKey: typeof event.getStateKey() === "string" ? event.getStateKey()! : null,
    previous: asObject(event.getPrevContent()),
    relatesTo: asObject(wire["m.relates_to"]),
    txnId: txnId || null,
    isEncrypted: event.isEncrypted(),
    failure: event.isDecryptionFailure() ? (FAILURES[event.decryptionFailureReason ?? ""] ?? "failed") : "",
    isRedacted: event.isRedacted(),
    redactedBecause: asObject(unsigned.redacted_because),
    isLocal,
  };
}

/** Tell whether it is about to be known what an event says: nothing is shown of it until then. */
export function isUndecided(event: MatrixEvent): boolean {
  if (!event.isEncrypted() || event.getType() !== "m.room.encrypted" || event.isRedacted()) return false;
  return event.isBeingDecrypted() || event.shouldAttemptDecryption();
}
