import { type ClipboardEvent, useRef, useState } from "react";
import { t } from "../../words";
import { Button } from "../controls";
import { ErrorLine } from "./ErrorLine";
import styles from "./encryption.module.css";
import { pixelsOf, readQrCode } from "./readQrCode";
import { useCamera } from "./useCamera";

interface QrScannerProps {
  /** Called once per code that was found; it must stay the same function. */
  readonly onFound: (code: Uint8ClampedArray) => void;
}

/** Reads a QR code: with the camera, or from a picture that is chosen or pasted. */
export function QrScanner({ onFound }: QrScannerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [error, setError] = useState("");
  const camera = useCamera(video, onFound);

  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setError("");
    const code = await codeIn(file);
    if (code === null) setError(t("login.scan_no_code"));
    else onFound(code);
  };
  const paste = (event: ClipboardEvent): void => {
    const file = [...event.clipboardData.files].find((each) => each.type.startsWith("image/"));
    if (file === undefined) setError(t("login.scan_no_picture"));
    else void read(file);
  };

  return (
    <div className={styles.centered} onPaste={paste}>
      {camera !== "none" && (
        <div className={styles.view}>
          <video ref={video} muted playsInline aria-label={t("login.scan_camera")} />
        </div>
      )}
      <p>{t(camera === "none" ? "login.scan_no_camera" : "login.scan_aim")}</p>
      <ErrorLine error={error} />
      <Button icon="image" onClick={() => picker.current?.click()}>
        {t("login.scan_choose")}
      </Button>
      <input
        ref={picker}
        type="file"
        accept="image/*"
        hidden
        onChange={(event) => void read(event.target.files?.[0])}
      />
    </div>
  );
}

async function codeIn(file: File): Promise<Uint8ClampedArray | null> {
  try {
    const picture = await createImageBitmap(file);
    const pixels = pixelsOf(picture, document.createElement("canvas"));
    picture.close();
    return pixels === null ? null : await readQrCode(pixels);
  } catch {
    return null; // not a picture that this browser can read
  }
}
