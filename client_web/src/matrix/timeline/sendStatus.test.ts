import { EventStatus, type MatrixEvent } from "matrix-js-sdk";
import { describe, expect, it } from "vitest";
import { ApiError, Offline } from "../errors";
import { isWaiting, sendStatusOf } from "./sendStatus";

const unsent = (error: unknown): MatrixEvent =>
  ({ status: EventStatus.NOT_SENT, error }) as unknown as MatrixEvent;

/** An error as the SDK throws them: told by its shape. */
const ofSdk = (httpStatus: number, data?: object): Error =>
  Object.assign(new Error("refused"), { httpStatus, data });

describe("what was not sent", () => {
  it.each([
    ["nothing answers", new Offline()],
    ["the server has no database just now", ofSdk(503, { errcode: "M_UNKNOWN", error: "away" })],
    ["a proxy finds no server", ofSdk(502)],
    ["a proxy gets no answer", ofSdk(504)],
    ["the keys' recipients cannot be told", new ApiError(503, {})],
    ["another is before it", null],
  ])("goes out by itself later: %s", (_, error) => {
    expect(isWaiting(unsent(error))).toBe(true);
    expect(sendStatusOf(unsent(error))?.state).toBe("queued");
  });

  it.each([
    ["forbidden", ofSdk(403, { errcode: "M_FORBIDDEN" })],
    ["too_large", ofSdk(413)],
    ["refused", ofSdk(500, { errcode: "M_UNKNOWN" })],
  ])("waits for its writer where it would be refused again: %s", (word, error) => {
    expect(isWaiting(unsent(error))).toBe(false);
    expect(sendStatusOf(unsent(error))).toMatchObject({ state: "failed", errorWord: word, canRetry: true });
  });
});
