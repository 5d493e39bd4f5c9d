import type { MatrixClient } from "matrix-js-sdk";
import { ApiError, asClientError, ClientError } from "../errors";
import { asObjects, asText } from "../shapes";
import type { Prove } from "./proof";
import type { Address, PendingEmail } from "./types";

/** Return the addresses of the account. */
export async function readAddresses(sdk: MatrixClient): Promise<readonly Address[]> {
  const { threepids } = await sdk.getThreePids();
  return asObjects(threepids)
    .map((entry) => ({ medium: asText(entry.medium, 100), address: asText(entry.address, 1000) }))
    .filter((entry) => entry.address !== "");
}

/** Have a mail sent to an address. */
export async function sendMail(
  sdk: MatrixClient,
  address: string,
  before?: PendingEmail,
): Promise<PendingEmail> {
  const isAgain = before?.address === address;
  const secret = isAgain ? before.secret : crypto.randomUUID().replaceAll("-", "");
  const attempt = isAgain ? before.attempt + 1 : 1;
  const { sid } = await sdk.requestAdd3pidEmailToken(address, secret, attempt);
  return { address, secret, session: sid, attempt };
}

/** Add an address whose mail was answered. */
export async function confirmMail(sdk: MatrixClient, prove: Prove, pending: PendingEmail): Promise<void> {
  await prove(async (auth) => {
    try {
      await sdk.addThreePidOnly({
        client_secret: pending.secret,
        sid: pending.session,
        ...(auth === null ? {} : { auth: auth as never }),
      });
    } catch (error) {
      const refusal = asClientError(error);
      if (refusal instanceof ApiError && refusal.errcode === "M_THREEPID_AUTH_FAILED") {
        throw new ClientError("email_not_validated");
      }
      throw error;
    }
  });
}
