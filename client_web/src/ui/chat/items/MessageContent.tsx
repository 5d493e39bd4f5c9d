import type { MediaItem, MessageItem } from "../../../matrix/timeline/values";
import { sizeText } from "../../../state/chatTimes";
import { usePreferences } from "../../../state/usePreferences";
import { classNames } from "../../controls";
import { RichText } from "../text/RichText";
import { AudioContent } from "./AudioContent";
import { FileContent } from "./FileContent";
import { GalleryContent } from "./GalleryContent";
import { LocationContent } from "./LocationContent";
import styles from "./MessageContent.module.css";
import { MissingContent } from "./MissingContent";
import { PictureContent } from "./PictureContent";
import { PollContent } from "./PollContent";
import { VideoContent } from "./VideoContent";

/** What a message says, by its kind. */
export function MessageContent({ item }: { readonly item: MessageItem }) {
  const { largeEmoji } = usePreferences();
  switch (item.kind) {
    case "text":
    case "notice":
    case "emote": {
      const isLarge = item.isOnlyEmoji && largeEmoji;
      return (
        <div className={classNames(isLarge && styles.large, item.kind === "notice" && styles.notice)}>
          <RichText body={item.body} html={item.html} />
        </div>
      );
    }
    case "poll":
      return <PollContent item={item} />;
    case "location":
      return <LocationContent item={item} />;
    case "redacted":
    case "undecryptable":
      return <MissingContent item={item} />;
    default:
      return <MediaContent item={item} />;
  }
}

function MediaContent({ item }: { readonly item: MediaItem }) {
  const isPicture = item.kind === "image" || item.kind === "video";
  return (
    <div className={classNames(isPicture && styles.card)}>
      <FileBody item={item} />
      {item.kind === "image" && item.gallery.length < 2 && (
        <span className={styles.caption}>
          <bdi>{item.media.name}</bdi>
          {item.media.size !== undefined && ` · ${sizeText(item.media.size)}`}
        </span>
      )}
      {item.hasCaption && (
        <div className={styles.said}>
          <RichText body={item.body} html={item.html} />
        </div>
      )}
    </div>
  );
}

function FileBody({ item }: { readonly item: MediaItem }) {
  if (item.gallery.length > 1) return <GalleryContent item={item} />;
  if (item.kind === "image" || item.kind === "sticker") return <PictureContent item={item} />;
  if (item.kind === "video") return <VideoContent item={item} />;
  return item.kind === "file" ? <FileContent item={item} /> : <AudioContent item={item} />;
}
