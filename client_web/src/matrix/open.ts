import type { ChatClient } from "./client";
import type { Session } from "./types";

/** Open an account's client: what is stored is there when it returns. The SDK is loaded only now. */
export async function openClient(session: Session): Promise<ChatClient> {
  const { startClient } = await import("./start");
  return startClient(session);
}
