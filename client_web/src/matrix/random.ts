const DEVICE_ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const DEVICE_ID_LENGTH = 12;

/** Return a text that nobody can guess, of letters that may stand in addresses. */
export function randomToken(bytes = 32): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** Make a device id, as clients have to where OAuth signs them in. */
export function newDeviceId(): string {
  const values = crypto.getRandomValues(new Uint32Array(DEVICE_ID_LENGTH));
  return [...values].map((value) => DEVICE_ID_CHARACTERS[value % DEVICE_ID_CHARACTERS.length]).join("");
}

/** Write bytes in base64 as addresses may have it, without padding. */
export function base64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
