import type { ChatClient } from "./client";
import type { Session } from "./types";

/** Open an account's client: what is stored is there when it returns. The SDK is loaded only now. */
export async function openClient(session: Session): Promise<ChatClient> {
  const warming = isSecureContext ? import("./warmCrypto").then(({ warmCrypto }) => warmCrypto()) : null;
  // It only saves time; what is wrong with it is told by who needs it.
  warming?.catch(() => undefined);
  const { startClient } = await import("./start");
  return startClient(session);
}
