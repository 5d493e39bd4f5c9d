import { useCallback, useEffect, useRef, useState } from "react";
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
  const read = useCallback(
    async (picture: Blob | undefined): Promise<void> => {
      setError("");
      const code = picture && (await codeIn(picture));
      if (code) onFound(code);
      else setError(t(picture ? "login.scan_no_code" : "login.scan_no_picture"));
    },
    [onFound],
  );
  useEffect(() => {
    // Wherever the focus is: nothing else here takes what is pasted.
    const paste = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])];
      void read(files.find((each) => each.type.startsWith("image/")));
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [read]);

  return (
    <div className={styles.centered}>
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
      {navigator.clipboard?.read !== undefined && (
        <Button icon="copy" onClick={() => void copiedPicture().then(read)}>
          {t("login.scan_paste")}
        </Button>
      )}
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

/** The picture in the clipboard, where there is one, and the browser hands it out. */
async function copiedPicture(): Promise<Blob | undefined> {
  try {
    for (const item of await navigator.clipboard.read()) {
      const kind = item.types.find((type) => type.startsWith("image/"));
      if (kind !== undefined) return await item.getType(kind);
    }
  } catch {
    // The reader, or the browser, did not allow it: there is none for us.
  }
  return undefined;
}

async function codeIn(file: Blob): Promise<Uint8ClampedArray | null> {
  try {
    const picture = await createImageBitmap(file);
    const pixels = pixelsOf(picture, document.createElement("canvas"));
    picture.close();
    return pixels === null ? null : await readQrCode(pixels);
  } catch {
    return null; // not a picture that this browser can read
  }
}
