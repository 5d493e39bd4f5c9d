import styles from "./Avatar.module.css";
import { classNames } from "./classNames";
import { initialOf, personIndex } from "./personColor";

export interface AvatarProps {
  /** The id of the person or room, from which the colour comes. */
  readonly id: string;
  readonly name: string;
  /** A blob: URL of the picture. */
  readonly src?: string | undefined;
  readonly size?: "tiny" | "small" | "list" | "timeline" | "rail" | "large";
  readonly shape?: "round" | "square";
}

/** The picture of a person or room, or its initial on its colour. Its name stands beside it in words. */
export function Avatar({ id, name, src, size = "list", shape = "round" }: AvatarProps) {
  return (
    <span
      aria-hidden="true"
      className={classNames(styles.avatar, styles[size], styles[shape])}
      style={{ "--person": `var(--person-${personIndex(id)})` }}
    >
      {src ? <img src={src} alt="" className={styles.picture} draggable={false} /> : initialOf(name)}
    </span>
  );
}
