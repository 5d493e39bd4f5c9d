import type { MessageItem, Reaction } from "../../../matrix/timeline/values";
import { useClient } from "../../../state/ChatContext";
import { useMediaUrl } from "../../../state/useMedia";
import { t } from "../../../words";
import { classNames, Icon, Tooltip } from "../../controls";
import { act } from "../../shell/act";
import { useConversation } from "../Conversation";
import { EmojiButton } from "../emoji/EmojiButton";
import styles from "./Reactions.module.css";

/** Who reacted with what; a press joins in or takes it back. */
export function Reactions({ item }: { readonly item: MessageItem }) {
  const { outbox } = useClient();
  const { roomId } = useConversation();
  const react = (key: string): void => {
    if (item.eventId !== null) void act(outbox.react(roomId, item.eventId, key));
  };
  return (
    <div className={styles.reactions}>
      {item.reactions.map((reaction) => (
        <Chip
          key={reaction.key}
          reaction={reaction}
          isEnabled={item.can.react || reaction.isMine}
          onPress={() => react(reaction.key)}
        />
      ))}
      {item.can.react && (
        <EmojiButton onPick={react} align="start">
          <button
            type="button"
            className={classNames(styles.chip, styles.more)}
            aria-label={t("main.action.react")}
          >
            <Icon name="plus" size="small" />
          </button>
        </EmojiButton>
      )}
    </div>
  );
}

interface ChipProps {
  readonly reaction: Reaction;
  readonly isEnabled: boolean;
  readonly onPress: () => void;
}

function Chip({ reaction, isEnabled, onPress }: ChipProps) {
  const { key, count, isMine, picture } = reaction;
  const names = reaction.names.join(", ");
  const who =
    count > reaction.names.length ? t("main.names.more", names, { n: count - reaction.names.length }) : names;
  return (
    <Tooltip text={t("chat.reacted", who, picture ? "…" : key)}>
      <button
        type="button"
        className={classNames(styles.chip, isMine && styles.mine)}
        aria-pressed={isMine}
        disabled={!isEnabled}
        onClick={onPress}
      >
        {picture ? <ReactionPicture mxc={picture} /> : <span className={styles.key}>{key}</span>}
        <span className={styles.count}>{count}</span>
        <span className="visually-hidden">{picture ? `${t("main.kind.image")}: ${who}` : who}</span>
      </button>
    </Tooltip>
  );
}

const SIZE = { width: 64, height: 64 };

function ReactionPicture({ mxc }: { readonly mxc: string }) {
  const url = useMediaUrl({ mxc }, SIZE);
  return <span className={styles.picture}>{url && <img src={url} alt="" />}</span>;
}
