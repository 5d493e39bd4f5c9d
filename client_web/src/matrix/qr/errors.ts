import { ClientError } from "../errors";

export const USER_CANCELLED = "user_cancelled";
export const UNEXPECTED = "unexpected_message_received";
export const UNSUPPORTED = "unsupported_protocol";
export const DEVICE_EXISTS = "device_already_exists";
export const DEVICE_NOT_FOUND = "device_not_found";

/** Two devices did not come together; `reason` is one of the protocol's words, or what the other one said. */
export class QrFailed extends ClientError {
  readonly reason: string;

  constructor(reason: string, word = "qr_failed") {
    super(word, reason);
    this.reason = reason;
  }
}

/** The code is for something else. */
export class NotAQrCode extends QrFailed {
  constructor(message: string) {
    super(message, "qr_not_for_signing_in");
  }
}

/** It took too long. */
export class QrExpired extends QrFailed {
  constructor(message: string) {
    super(message, "qr_expired");
  }
}

/** Somebody stands between the two devices, or the digits were wrong: nothing was handed over. */
export class QrInsecure extends QrFailed {
  constructor(message: string) {
    super(message, "qr_insecure");
  }
}
