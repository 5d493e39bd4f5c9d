import { useValue } from "../../../state/useValue";
import { t } from "../../../words";
import { Icon, IconButton } from "../../controls";
import { useConversation } from "../Conversation";
import { spokenText } from "../message/spokenText";
import styles from "./TargetBar.module.css";

/** What is being answered or changed, above the field. */
export function TargetBar({ onCancel }: { readonly onCancel: () => void }) {
  const { composer } = useConversation();
  const { reply, edit } = useValue(composer.target);
  const item = edit ?? reply;
  if (item === null) return null;
  return (
    <div className={styles.bar}>
      <Icon name={edit ? "pencil" : "reply"} size="small" />
      <span className={styles.title}>
        {edit ? t("main.composer.editing") : t("main.composer.replying", item.sender.name)}
      </span>
      <span className={styles.words}>{spokenText(item).slice(0, 200)}</span>
      <IconButton small icon="x" label={t("main.composer.cancel")} keys="Esc" onClick={onCancel} />
    </div>
  );
}
