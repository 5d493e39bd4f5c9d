import type { MediaItem } from "../../../matrix/timeline/values";
import { t } from "../../../words";
import styles from "./GalleryContent.module.css";
import { MediaFrame } from "./MediaFrame";
import { Picture } from "./PictureContent";

/** Several pictures of one message, side by side. */
export function GalleryContent({ item }: { readonly item: MediaItem }) {
  return (
    <ul className={styles.gallery}>
      {item.gallery.map((media, index) => {
        const label = media.name || t("main.kind.image");
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same picture may be there twice
          <li key={index}>
            <MediaFrame
              media={{ ...media, width: 200, height: 160 }}
              isSpoiler={item.isSpoiler}
              label={label}
            >
              <Picture item={item} media={media} label={label} />
            </MediaFrame>
          </li>
        );
      })}
    </ul>
  );
}
