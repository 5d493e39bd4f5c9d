import { useEffect, useState } from "react";
import type { Loaded, MediaSize } from "../matrix/media";
import type { Media } from "../matrix/types";
import { useClient } from "./ChatContext";

const NOTHING: Loaded = { state: "loading", done: 0, total: undefined };

/** Load a file for showing, and let it go when it is no longer shown; nothing is loaded for `null`. */
export function useMedia(media: Media | null | undefined, size: MediaSize): Loaded {
  const { media: files } = useClient();
  const [loaded, setLoaded] = useState<Loaded>(NOTHING);
  const address = media ? (media.file?.url ?? media.mxc) : "";
  const wanted = size === "original" ? size : `${size.width} ${size.height} ${size.crop ?? false}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address and the size stand for the objects
  useEffect(() => {
    if (!media) return setLoaded(NOTHING);
    const held = files.acquire(media, size);
    const tell = (): void => setLoaded(held.value.get());
    tell();
    const end = held.value.subscribe(tell);
    return () => {
      end();
      held.release();
    };
  }, [files, address, wanted]);
  return loaded;
}

/** Return the blob: URL of a picture once it is there; of `null` and of what cannot be had, nothing. */
export function useMediaUrl(media: Media | null | undefined, size: MediaSize): string | undefined {
  const loaded = useMedia(media, size);
  return loaded.state === "ready" ? loaded.url : undefined;
}
