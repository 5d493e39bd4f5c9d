import { EventStatus, type MatrixEvent } from "matrix-js-sdk";
import { errorWord, isTemporary } from "../errors";
import type { Upload } from "../outbox/values";
import type { SendStatus } from "../types";

const STATUS = (state: SendStatus["state"]): SendStatus => ({
  state,
  errorWord: "",
  canRetry: false,
  upload: null,
});
const SENDING = STATUS("sending");
const QUEUED: SendStatus = { ...STATUS("queued"), canRetry: true };

/** Tell how far an event has come on its way out; null once the server has it. */
export function sendStatusOf(event: MatrixEvent): SendStatus | null {
  switch (event.status) {
    case null:
    case EventStatus.SENT:
      return null;
    case EventStatus.QUEUED:
      return QUEUED;
    case EventStatus.NOT_SENT:
      return isWaiting(event)
        ? QUEUED
        : { ...STATUS("failed"), errorWord: errorWord(event.error), canRetry: true };
    default:
      return SENDING;
  }
}

/** Tell how far a file has come; without a network it waits, and is sent when there is one again. */
export function sendStatusOfUpload({ errorWord: word, sentBytes, totalBytes }: Upload): SendStatus {
  if (word === "network") return QUEUED;
  const upload = { sentBytes, totalBytes };
  return { state: word ? "failed" : "sending", errorWord: word, canRetry: word !== "", upload };
}

/** Tell whether an event that was not sent goes out by itself later: nothing answered, or another is before it. */
export function isWaiting(event: MatrixEvent): boolean {
  if (event.status !== EventStatus.NOT_SENT) return false;
  const { error } = event;
  return error === null || error === undefined || isTemporary(error);
}
