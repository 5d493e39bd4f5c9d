import { useEffect, useRef } from "react";
import type { Completion } from "../../../matrix/completion";
import { useMediaUrl } from "../../../state/useMedia";
import { t } from "../../../words";
import { classNames } from "../../controls";
import { MediaAvatar } from "../../shell/MediaAvatar";
import styles from "./CompletionList.module.css";
import type { Offers } from "./useCompletion";

/** What is offered for what is being typed, above the composer. */
export function CompletionList({ offers, id }: { readonly offers: Offers; readonly id: string }) {
  const list = useRef<HTMLDivElement>(null);
  const { chosen } = offers;
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  if (offers.list.length === 0) return null;
  return (
    <div
      className={styles.list}
      id={id}
      role="listbox"
      aria-label={t("main.completion")}
      ref={list}
      tabIndex={-1}
    >
      {offers.list.map((offer, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field keeps the focus and its keys choose
        <div
          key={offer.key}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          tabIndex={-1}
          className={classNames(styles.offer, index === chosen && styles.chosen)}
          onPointerDown={(event) => event.preventDefault()}
          onPointerMove={() => offers.choose(index)}
          onClick={() => offers.accept(index)}
        >
          <Mark offer={offer} />
          <bdi className={styles.title}>{offer.title}</bdi>
          <span className={styles.detail}>{offer.detail}</span>
        </div>
      ))}
    </div>
  );
}

const SIZE = { width: 64, height: 64 };

function Mark({ offer }: { readonly offer: Completion }) {
  const { member, room, picture, emoji } = offer;
  const url = useMediaUrl(picture ? { mxc: picture } : null, SIZE);
  if (member)
    return <MediaAvatar id={member.userId} name={member.name} picture={member.avatar} size="small" />;
  if (room) return <MediaAvatar id={room.id} name={room.name} picture={room.avatar} size="small" />;
  if (picture) return <span className={styles.emoji}>{url && <img src={url} alt="" />}</span>;
  return emoji ? <span className={styles.emoji}>{emoji}</span> : null;
}
