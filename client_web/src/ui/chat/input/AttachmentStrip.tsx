import type { KeyboardEvent } from "react";
import { sizeText } from "../../../state/chatTimes";
import type { Attachment } from "../../../state/composer";
import { useValue } from "../../../state/useValue";
import { t } from "../../../words";
import { classNames, Icon, IconButton } from "../../controls";
import { useConversation } from "../Conversation";
import styles from "./AttachmentStrip.module.css";

const MAX_CAPTION = 1000;

interface AttachmentStripProps {
  readonly onSend: () => void;
}

/** Files that were chosen and go out with the next press of Send; several have a caption each. */
export function AttachmentStrip({ onSend }: AttachmentStripProps) {
  const { composer } = useConversation();
  const files = useValue(composer.files);
  if (files.length === 0) return null;
  const sendByEnter = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onSend();
  };
  return (
    <ul className={styles.strip} aria-label={t("chat.attachment.count", { n: files.length })}>
      {files.map((attachment) => (
        <li key={attachment.id} className={styles.file}>
          <Preview attachment={attachment} />
          <span className={styles.name} title={attachment.file.name}>
            {attachment.file.name}
          </span>
          <span className={styles.size}>{sizeText(attachment.file.size)}</span>
          {files.length > 1 && (
            <input
              className={styles.caption}
              aria-label={t("chat.attachment.caption_of", attachment.file.name)}
              placeholder={t("main.composer.caption_each")}
              maxLength={MAX_CAPTION}
              value={attachment.caption}
              onChange={(event) => composer.setCaption(attachment.id, event.target.value)}
              onKeyDown={sendByEnter}
            />
          )}
          <span className={styles.actions}>
            {/^(?:image|video)\//.test(attachment.file.type) && (
              <IconButton
                small
                icon={attachment.isSpoiler ? "eye-off" : "eye"}
                label={t(attachment.isSpoiler ? "chat.attachment.spoiler_off" : "chat.attachment.spoiler")}
                pressed={attachment.isSpoiler}
                onClick={() => composer.toggleSpoiler(attachment.id)}
              />
            )}
            <IconButton
              small
              icon="x"
              label={t("main.composer.detach")}
              onClick={() => composer.removeFile(attachment.id)}
            />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Preview({ attachment }: { readonly attachment: Attachment }) {
  const { file, url, isSpoiler } = attachment;
  const className = classNames(styles.preview, isSpoiler && styles.hidden);
  // A drawing could hold anything: it is shown by its name alone.
  if (file.type.startsWith("image/") && file.type !== "image/svg+xml")
    return <img className={className} src={url} alt="" />;
  if (file.type.startsWith("video/")) return <video className={className} src={url} muted />;
  return (
    <span className={className}>
      <Icon name={file.type.startsWith("audio/") ? "music" : "file"} />
    </span>
  );
}
