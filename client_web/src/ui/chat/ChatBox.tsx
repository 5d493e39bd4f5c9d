import { lazy, Suspense, useEffect } from "react";
import { useChat } from "../../state/ChatContext";
import { useShortcuts } from "../../state/useShortcuts";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Icon } from "../controls";
import styles from "./ChatBox.module.css";
import { ConversationProvider, useConversation, useRoomHere } from "./Conversation";
import { useDropZone } from "./input/useDropZone";
import { Writing } from "./input/Writing";
import { MessageList } from "./list/MessageList";
import { TypingLine } from "./TypingLine";

const IdentityBanner = lazy(() => import("../encryption/IdentityBanner"));
const Successor = lazy(() => import("./SuccessorLine"));

interface ChatBoxProps {
  readonly roomId: string;
  /** The event that an address leads to. */
  readonly eventId?: string;
}

/** A room's conversation: its messages, and where new ones are written. */
export default function ChatBox({ roomId, eventId }: ChatBoxProps) {
  return (
    <ConversationProvider roomId={roomId}>
      <Open eventId={eventId} />
    </ConversationProvider>
  );
}

function Open({ eventId }: { readonly eventId: string | undefined }) {
  const { openDialog } = useChat();
  const { reveal, roomId, composer } = useConversation();
  const name = useRoomHere((room) => room?.name);
  const isEncrypted = useRoomHere((room) => room?.isEncrypted === true);
  const successor = useRoomHere((room) => room?.successor);
  const drop = useDropZone((files) => composer.addFiles(files));
  useEffect(() => {
    if (eventId !== undefined) reveal(eventId);
  }, [eventId, reveal]);
  useShortcuts({ jumpToDate: () => openDialog({ kind: "jumpToDate", roomId }) });
  return (
    <section className={styles.box} aria-label={name ?? roomId} {...drop.handlers}>
      <MessageList />
      <div className={styles.foot}>
        <OfflineLine />
        {isEncrypted && (
          <Suspense fallback={null}>
            <IdentityBanner roomId={roomId} />
          </Suspense>
        )}
        {successor ? (
          <Suspense fallback={null}>
            <Successor roomId={successor} />
          </Suspense>
        ) : (
          <Writing />
        )}
        <TypingLine />
      </div>
      {drop.isOver && (
        <div className={styles.drop} aria-hidden="true">
          <Icon name="upload" size="large" />
          {t("main.drop")}
        </div>
      )}
    </section>
  );
}

/** A quiet line while there is no connection. */
function OfflineLine() {
  const { client } = useChat();
  const sync = useValue(client.sync);
  if (sync !== "offline") return null;
  return (
    <p className={styles.offline} role="status">
      <Icon name="cloud-off" size="small" />
      {t("main.offline.composer")}
    </p>
  );
}
