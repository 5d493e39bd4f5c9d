import { useEffect, useMemo } from "react";
import type { Outbox } from "../../../matrix/outbox";
import { useClient } from "../../../state/ChatContext";
import { useConversation } from "../Conversation";

const AGAIN_MS = 20_000;
const IDLE_MS = 8_000;

/** Tell a room that one is typing: at once, again before it runs out, and that it ended. Threads are not told. */
export function useTypingNotice(): (isTyping: boolean) => void {
  const { outbox } = useClient();
  const { roomId, threadRoot } = useConversation();
  const notice = useMemo(() => new TypingNotice(outbox, roomId), [outbox, roomId]);
  useEffect(() => () => notice.tell(false), [notice]);
  return threadRoot === null ? notice.tell : ignore;
}

function ignore(): void {}

class TypingNotice {
  readonly #outbox: Outbox;
  readonly #roomId: string;
  #saidAt = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(outbox: Outbox, roomId: string) {
    this.#outbox = outbox;
    this.#roomId = roomId;
  }

  readonly tell = (isTyping: boolean): void => {
    clearTimeout(this.#idle);
    if (!isTyping) {
      if (this.#saidAt > 0) this.#outbox.setTyping(this.#roomId, false);
      this.#saidAt = 0;
      return;
    }
    this.#idle = setTimeout(() => this.tell(false), IDLE_MS);
    if (Date.now() - this.#saidAt < AGAIN_MS) return;
    this.#saidAt = Date.now();
    this.#outbox.setTyping(this.#roomId, true);
  };
}
