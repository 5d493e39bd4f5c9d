import { useChat } from "../../state/ChatContext";
import { PersonCard } from "../person/PersonCard";
import styles from "./PersonPanel.module.css";

/** Somebody's card beside the conversation. */
export default function PersonPanel({ roomId }: { readonly roomId: string }) {
  const { panel, openPanel } = useChat();
  if (panel?.kind !== "person") return null;
  return (
    <div className={styles.person}>
      <PersonCard key={panel.userId} userId={panel.userId} roomId={roomId} onLeave={() => openPanel(null)} />
    </div>
  );
}
