import { type RefObject, useEffect, useState } from "react";
import { pixelsOf, readQrCode } from "./readQrCode";

const LOOK_EVERY_MS = 200;

/** `starting` asks for permission, `looking` shows what the camera sees, `none` has none. */
export type CameraState = "starting" | "looking" | "none";

/** Show what the camera sees in a video, and look for a QR code in it until one was found. */
export function useCamera(
  video: RefObject<HTMLVideoElement | null>,
  onFound: (code: Uint8ClampedArray) => void,
): CameraState {
  const [state, setState] = useState<CameraState>("starting");
  useEffect(() => {
    const canvas = document.createElement("canvas");
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;

    async function start(): Promise<void> {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      } catch {
        if (!isOver) setState("none"); // no camera, or no permission
        return;
      }
      const shown = video.current;
      if (isOver || shown === null) return stopStream();
      shown.srcObject = stream;
      await shown.play();
      setState("looking");
      await look(shown);
    }

    async function look(shown: HTMLVideoElement): Promise<void> {
      const pixels = pixelsOf(shown, canvas);
      const code = pixels === null ? null : await readQrCode(pixels);
      if (isOver) return;
      if (code !== null) onFound(code);
      else timer = setTimeout(() => void look(shown), LOOK_EVERY_MS);
    }

    function stopStream(): void {
      for (const track of stream?.getTracks() ?? []) track.stop();
    }

    if (navigator.mediaDevices === undefined) setState("none");
    else void start().catch(() => setState("none"));
    return () => {
      isOver = true;
      clearTimeout(timer);
      stopStream();
    };
  }, [video, onFound]);
  return state;
}
