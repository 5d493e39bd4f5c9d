import { useRef } from "react";
import { type PackImage, packMedia } from "../../matrix/outbox/imagePacks";
import type { RoomPack } from "../../matrix/rooms";
import { useChat } from "../../state/ChatContext";
import { useMediaUrl } from "../../state/useMedia";
import type { Work } from "../../state/useWork";
import { t } from "../../words";
import { Button, IconButton } from "../controls";
import { nameOfFile } from "./nameOfFile";
import styles from "./RoomSettings.module.css";

interface PackImagesProps {
  readonly roomId: string;
  readonly pack: RoomPack;
  readonly mayChange: boolean;
  readonly work: Work;
}

/** The pictures of a pack; its keepers add some, say what each is for, and take them away. */
export function PackImages({ roomId, pack, mayChange, work }: PackImagesProps) {
  const { client } = useChat();
  const files = useRef<HTMLInputElement>(null);
  const save = (images: readonly PackImage[]) =>
    work.act(() => client.rooms.setPack(roomId, { ...pack, images }));
  const add = (chosen: readonly File[]) =>
    void work.act(async () => {
      const images = [...pack.images];
      for (const file of chosen) {
        const { mxc } = await client.media.upload(file, { encrypt: false });
        const shortcode = nameOfFile(file.name, images);
        const info = { mimetype: file.type, size: file.size };
        images.push({ shortcode, mxc, body: shortcode, info, isEmoticon: true, isSticker: true });
      }
      await client.rooms.setPack(roomId, { ...pack, images });
    });
  const change = (shortcode: string, how: Partial<PackImage>) =>
    void save(pack.images.map((image) => (image.shortcode === shortcode ? { ...image, ...how } : image)));
  return (
    <div className={styles.form}>
      {pack.images.length > 0 && (
        <ul className={styles.images}>
          {pack.images.map((image) => (
            <li key={image.shortcode} className={styles.image}>
              <Picture image={image} />
              <span className={styles.code} title={`:${image.shortcode}:`}>
                :{image.shortcode}:
              </span>
              {mayChange && (
                <span className={styles.buttons}>
                  <IconButton
                    small
                    icon="smile"
                    label={`${t("dialogs.packs_as_emoji")}: ${image.shortcode}`}
                    pressed={image.isEmoticon}
                    disabled={work.busy}
                    onClick={() => change(image.shortcode, { isEmoticon: !image.isEmoticon })}
                  />
                  <IconButton
                    small
                    icon="sticker"
                    label={`${t("dialogs.packs_as_sticker")}: ${image.shortcode}`}
                    pressed={image.isSticker}
                    disabled={work.busy}
                    onClick={() => change(image.shortcode, { isSticker: !image.isSticker })}
                  />
                  <IconButton
                    small
                    icon="x"
                    label={t("dialogs.packs_image_remove", image.shortcode)}
                    disabled={work.busy}
                    onClick={() => void save(pack.images.filter((each) => each !== image))}
                  />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayChange && (
        <>
          <Button icon="image" busy={work.busy} onClick={() => files.current?.click()}>
            {t("dialogs.packs_image_add")}
          </Button>
          <input
            ref={files}
            type="file"
            hidden
            multiple
            accept="image/png,image/jpeg,image/webp,image/gif"
            aria-label={t("dialogs.packs_image_add")}
            onChange={(event) => add([...(event.target.files ?? [])])}
          />
        </>
      )}
    </div>
  );
}

function Picture({ image }: { readonly image: PackImage }) {
  const src = useMediaUrl(packMedia(image), "original");
  return src ? <img src={src} alt={image.body} /> : <span className={styles.blank} />;
}
