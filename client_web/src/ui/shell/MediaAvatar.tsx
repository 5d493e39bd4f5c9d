import type { Media } from "../../matrix/types";
import { useMediaUrl } from "../../state/useMedia";
import { Avatar } from "../controls";

interface MediaAvatarProps {
  /** Where its colour comes from: the id of the person or room. */
  readonly id: string;
  readonly name: string;
  readonly picture: Media | null | undefined;
  readonly size?: "tiny" | "small" | "list" | "timeline" | "rail" | "large";
  readonly shape?: "round" | "square";
}

const SMALL = { width: 96, height: 96, crop: true };
const LARGE = { width: 320, height: 320, crop: true };

/** The picture of a person or room, fetched when it is first seen; its initial until then. */
export function MediaAvatar({ id, name, picture, size = "list", shape = "round" }: MediaAvatarProps) {
  const src = useMediaUrl(picture, size === "large" ? LARGE : SMALL);
  return <Avatar id={id} name={name} src={src} size={size} shape={shape} />;
}
