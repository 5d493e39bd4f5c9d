import { useEffect, useState } from "react";
import type { UrlPreview } from "../../../matrix/outbox";
import { useClient } from "../../../state/ChatContext";
import { useMediaUrl } from "../../../state/useMedia";
import { usePreferences } from "../../../state/usePreferences";
import { useRoomHere } from "../Conversation";
import styles from "./LinkPreviews.module.css";

interface LinkPreviewsProps {
  readonly links: readonly string[];
  readonly atMs: number;
}

/** What the web pages are about that a message links to; asked of our server, and in encrypted rooms only where chosen. */
export function LinkPreviews({ links, atMs }: LinkPreviewsProps) {
  const { linkPreviews, linkPreviewsEncrypted } = usePreferences();
  const isEncrypted = useRoomHere((room) => room?.isEncrypted === true);
  const isAsked = isEncrypted ? linkPreviewsEncrypted : linkPreviews;
  if (!isAsked) return null;
  return links.map((url) => <LinkPreview key={url} url={url} atMs={atMs} />);
}

const known = new Map<string, UrlPreview | null>();
const SIZE = { width: 240, height: 240 };

function LinkPreview({ url, atMs }: { readonly url: string; readonly atMs: number }) {
  const { outbox } = useClient();
  const [preview, setPreview] = useState<UrlPreview | null>(known.get(url) ?? null);
  useEffect(() => {
    if (known.has(url)) return;
    let isWanted = true;
    void outbox.previewUrl(url, atMs).then((found) => {
      known.set(url, found);
      if (isWanted) setPreview(found);
    });
    return () => {
      isWanted = false;
    };
  }, [outbox, url, atMs]);
  const picture = useMediaUrl(preview?.picture ? { mxc: preview.picture } : null, SIZE);
  if (preview === null) return null;
  return (
    <a className={styles.card} href={url} target="_blank" rel="noopener noreferrer">
      <span className={styles.words}>
        <span className={styles.site}>{preview.site || new URL(url).host}</span>
        <span className={styles.title}>{preview.title}</span>
        {preview.description && <span className={styles.description}>{preview.description}</span>}
      </span>
      {picture && <img className={styles.picture} src={picture} alt="" />}
    </a>
  );
}
