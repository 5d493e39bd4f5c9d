import type { ChatClient } from "./client";
import { keptSession, updateSession } from "./session";
import type { Connection } from "./start";
import { isStored } from "./store";
import { SyncTransport } from "./syncTransport";
import { SessionTokens } from "./tokens";
import type { Session } from "./types";
import { MutableValue } from "./value";

/** Open an account's client: what is stored is there when it returns. The SDK is loaded only now. */
export async function openClient(session: Session): Promise<ChatClient> {
  const connection = connect(session);
  try {
    const { startClient } = await import("./start");
    return await startClient(connection);
  } catch (error) {
    connection.transport.close();
    throw error;
  }
}

function connect(session: Session): Connection {
  const now = new MutableValue(session);
  const tokens = new SessionTokens(now, updateSession, () => keptSession(session.userId));
  const transport = new SyncTransport(session, tokens);
  // What goes wrong is told when the SDK asks.
  isStored(session)
    .then((isKnown) => (isKnown ? undefined : transport.begin()))
    .catch(() => undefined);
  return { session: now, tokens, transport };
}
