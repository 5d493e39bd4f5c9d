import type { CryptoBackend } from "matrix-js-sdk/lib/common-crypto/CryptoBackend";

type Asked = Pick<CryptoBackend, "isEncryptionEnabledInRoom" | "onCryptoEvent">;

/**
 * Have a backend remember which rooms were encrypted once, until it hears that another is. It reads that of its
 * database for each message that goes into a room which is not, and the message waits for it.
 */
export function rememberEncrypted(backend: Asked): void {
  const known = new Map<string, Promise<boolean>>();
  const ask = backend.isEncryptionEnabledInRoom.bind(backend);
  const hear = backend.onCryptoEvent.bind(backend);
  backend.isEncryptionEnabledInRoom = (roomId) => {
    const answer = known.get(roomId) ?? ask(roomId);
    known.set(roomId, answer);
    answer.catch(() => known.delete(roomId));
    return answer;
  };
  backend.onCryptoEvent = async (room, event) => {
    known.delete(room.roomId);
    await hear(room, event);
    // Somebody may have asked meanwhile.
    known.delete(room.roomId);
  };
}
