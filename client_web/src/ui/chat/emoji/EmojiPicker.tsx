import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { type Emoji, emojiGroups, findEmoji, loadEmoji } from "../../../matrix/emoji";
import type { ImagePack, PackImage } from "../../../matrix/outbox";
import { packMedia } from "../../../matrix/outbox/imagePacks";
import { useClient } from "../../../state/ChatContext";
import { stepAlong } from "../../../state/direction";
import { useMediaUrl } from "../../../state/useMedia";
import { t } from "../../../words";
import { Skeleton, TextField } from "../../controls";
import { useConversation } from "../Conversation";
import styles from "./EmojiPicker.module.css";
import { recentEmoji, rememberEmoji as remember } from "./recentEmoji";

interface EmojiPickerProps {
  readonly onPick: (emoji: string) => void;
  readonly onPickPicture?: (image: PackImage) => void;
  readonly onPickSticker?: (image: PackImage) => void;
}

const GROUP_ICONS: Readonly<Record<string, string>> = {
  "smileys-emotion": "😀",
  "people-body": "👋",
  "animals-nature": "🐾",
  "food-drink": "🍎",
  "travel-places": "🚗",
  activities: "⚽",
  objects: "💡",
  symbols: "❤️",
  flags: "🏁",
};

/** Emoji by group or by words, pictures of packs, stickers. */
export default function EmojiPicker({ onPick, onPickPicture, onPickSticker }: EmojiPickerProps) {
  const { outbox } = useClient();
  const { roomId } = useConversation();
  const isReady = useEmojiTable();
  const [words, setWords] = useState("");
  const wanted = useDeferredValue(words);
  const list = useRef<HTMLDivElement>(null);
  const packs = useMemo(() => outbox.imagePacks(roomId), [outbox, roomId]);
  const pick = (emoji: string): void => {
    remember(emoji);
    onPick(emoji);
  };
  const found = isReady && wanted.trim() ? findEmoji(wanted, 80) : null;
  const enter = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !found?.[0]) return;
    event.preventDefault();
    pick(found[0].text);
  };
  return (
    <div className={styles.picker}>
      <TextField
        label={t("main.emoji.find")}
        labelHidden
        type="search"
        icon="search"
        placeholder={t("main.emoji.find")}
        value={words}
        onChange={setWords}
        onKeyDown={enter}
        autoFocus
      />
      {found === null && <GroupBar list={list.current} />}
      <div className={styles.list} ref={list}>
        {!isReady && <Skeleton rows={5} />}
        {found !== null && found.length === 0 && <p className={styles.none}>{t("main.emoji.none")}</p>}
        {found !== null && <EmojiGrid emoji={found} onPick={pick} />}
        {found === null && isReady && (
          <>
            {onPickSticker && <Pictures packs={packs} use="sticker" onPick={onPickSticker} />}
            {onPickPicture && <Pictures packs={packs} use="emoticon" onPick={onPickPicture} />}
            <Recent onPick={pick} />
            <Groups onPick={pick} />
          </>
        )}
      </div>
    </div>
  );
}

function useEmojiTable(): boolean {
  const [isReady, setReady] = useState(emojiGroups().length > 0);
  useEffect(() => void loadEmoji().then(() => setReady(true)), []);
  return isReady;
}

function GroupBar({ list }: { readonly list: HTMLElement | null }) {
  return (
    <div className={styles.groups}>
      {emojiGroups().map((group) => (
        <button
          type="button"
          key={group.key}
          className={styles.group}
          aria-label={group.name}
          title={group.name}
          onClick={() =>
            list?.querySelector(`[data-group="${group.key}"]`)?.scrollIntoView({ block: "start" })
          }
        >
          {GROUP_ICONS[group.key]}
        </button>
      ))}
    </div>
  );
}

function Recent({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const recent = useMemo(recentEmoji, []);
  if (recent.length === 0) return null;
  return (
    <section>
      <h2 className={styles.heading}>{t("main.emoji.recent")}</h2>
      <EmojiGrid emoji={recent.map(plainEmoji)} onPick={onPick} />
    </section>
  );
}

function Groups({ onPick }: { readonly onPick: (emoji: string) => void }) {
  return emojiGroups().map((group) => (
    <section key={group.key} data-group={group.key} className={styles.section}>
      <h2 className={styles.heading}>{group.name}</h2>
      <EmojiGrid emoji={group.emoji} onPick={onPick} />
    </section>
  ));
}

interface EmojiGridProps {
  readonly emoji: readonly Emoji[];
  readonly onPick: (emoji: string) => void;
}

/** One listener for all: there are nearly two thousand of them. Arrow keys go from one to the next. */
function EmojiGrid({ emoji, onPick }: EmojiGridProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only gathers what its buttons tell
    <div
      className={styles.grid}
      onClick={(event) => {
        const button = (event.target as Element).closest<HTMLElement>("[data-emoji]");
        if (button?.dataset.emoji) onPick(button.dataset.emoji);
      }}
      onKeyDown={moveFocus}
    >
      {emoji.map((each, index) => (
        <button
          type="button"
          key={each.text}
          className={styles.emoji}
          data-emoji={each.text}
          title={each.name}
          aria-label={each.name || each.text}
          tabIndex={index === 0 ? 0 : -1}
        >
          {each.text}
        </button>
      ))}
    </div>
  );
}

const COLUMNS = 9;

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const rows = { ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
  const step = rows ?? stepAlong(event.key);
  if (step === 0) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const next = buttons[buttons.indexOf(document.activeElement as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

interface PicturesProps {
  readonly packs: readonly ImagePack[];
  readonly use: "sticker" | "emoticon";
  readonly onPick: (image: PackImage) => void;
}

function Pictures({ packs, use, onPick }: PicturesProps) {
  const isWanted = (image: PackImage): boolean => (use === "sticker" ? image.isSticker : image.isEmoticon);
  return packs.map((pack) => {
    const images = pack.images.filter(isWanted);
    if (images.length === 0) return null;
    return (
      <section key={pack.key} className={styles.section}>
        <h2 className={styles.heading}>
          {use === "sticker" ? `${t("main.emoji.stickers")}: ${pack.name}` : pack.name}
        </h2>
        <div className={use === "sticker" ? styles.stickers : styles.grid}>
          {images.map((image) => (
            <button
              type="button"
              key={image.shortcode}
              className={use === "sticker" ? styles.sticker : styles.emoji}
              title={image.shortcode}
              aria-label={image.body}
              onClick={() => onPick(image)}
            >
              <PackPicture image={image} />
            </button>
          ))}
        </div>
      </section>
    );
  });
}

const SIZE = { width: 128, height: 128 };

function PackPicture({ image }: { readonly image: PackImage }) {
  const url = useMediaUrl(packMedia(image), SIZE);
  return url ? <img src={url} alt="" className={styles.picture} /> : null;
}

function plainEmoji(text: string): Emoji {
  return { text, group: -1, name: text, shortcodes: [], tones: [] };
}
