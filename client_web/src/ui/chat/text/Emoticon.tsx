import type { Media } from "../../../matrix/types";
import { useMediaUrl } from "../../../state/useMedia";
import styles from "./Emoticon.module.css";

const SIZE = { width: 128, height: 128 };

/** A picture within a text: a custom emoji, at the height of the line. */
export function Emoticon({ attributes }: { readonly attributes: Readonly<Record<string, string>> }) {
  const { src, alt, title } = attributes;
  const media: Media | null = src ? { mxc: src } : null;
  const url = useMediaUrl(media, SIZE);
  const name = alt || title || "";
  return url ? (
    <img className={styles.emoticon} src={url} alt={name} title={title ?? name} />
  ) : (
    <span>{name}</span>
  );
}
