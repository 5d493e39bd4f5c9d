import { useChat } from "../../../state/ChatContext";
import { ConversationProvider, useConversation } from "../Conversation";
import { useDropZone } from "../input/useDropZone";
import { Writing } from "../input/Writing";
import { MessageList } from "../list/MessageList";
import styles from "./panels.module.css";

/** A thread beside its room: its messages, and where answers are written. */
export default function ThreadPanel({ roomId }: { readonly roomId: string }) {
  const { panel } = useChat();
  if (panel?.kind !== "thread") return null;
  return (
    <ConversationProvider key={panel.rootId} roomId={roomId} threadRoot={panel.rootId}>
      <Thread />
    </ConversationProvider>
  );
}

function Thread() {
  const { composer } = useConversation();
  const drop = useDropZone((files) => composer.addFiles(files));
  return (
    <div className={styles.thread} {...drop.handlers}>
      <MessageList />
      <div className={styles.foot}>
        <Writing />
      </div>
    </div>
  );
}
