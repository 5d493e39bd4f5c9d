import { useRef } from "react";
import { t } from "../../words";
import { IconButton } from "../controls";
import styles from "./CreateRoom.module.css";

interface PictureButtonProps {
  readonly picture: File | null;
  readonly onChoose: (picture: File) => void;
}

/** Chooses a picture among one's files. */
export function PictureButton({ picture, onChoose }: PictureButtonProps) {
  const files = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton
        className={styles.picture ?? ""}
        icon={picture === null ? "camera" : "check"}
        label={picture?.name ?? t("dialogs.create_picture")}
        onClick={() => files.current?.click()}
      />
      <input
        ref={files}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/webp,image/gif"
        aria-label={t("dialogs.create_picture")}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) onChoose(file);
        }}
      />
    </>
  );
}
