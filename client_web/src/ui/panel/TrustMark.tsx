import { useChat } from "../../state/ChatContext";
import { useAnswer } from "../../state/useAnswer";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { classNames, Icon } from "../controls";
import styles from "./MemberRows.module.css";

/** Says of somebody in a list that they are verified, or that their identity changed; nothing of everybody else. */
export function TrustMark({ userId }: { readonly userId: string }) {
  const { crypto } = useChat().client;
  const changes = useValue(crypto.trustChanges);
  const { value: trust } = useAnswer(() => crypto.trustOf(userId), `${userId} ${changes}`);
  if (trust !== "verified" && trust !== "changed") return null;
  const isGood = trust === "verified";
  return (
    <span className={classNames(styles.trust, isGood ? styles.verified : styles.changed)}>
      <Icon name={isGood ? "shield-check" : "shield-alert"} size="small" />
      <span className="visually-hidden">{t(isGood ? "dialogs.card_verified" : "dialogs.card_changed")}</span>
    </span>
  );
}
