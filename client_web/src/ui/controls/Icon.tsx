import { classNames } from "./classNames";
import styles from "./Icon.module.css";

const SOURCES = import.meta.glob<string>("@shared/icons/lucide/*.svg", {
  query: "?raw",
  import: "default",
  eager: true,
});

const DRAWINGS: ReadonlyMap<string, string> = new Map(
  Object.entries(SOURCES).map(([path, source]) => [
    path.slice(path.lastIndexOf("/") + 1, -".svg".length),
    source.slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>")),
  ]),
);

/** They point the way that the page reads, and turn round with it. */
const DIRECTED =
  /^(?:(?:arrow|chevron)-(?:left|right)|reply|forward|send|log-in|log-out|undo-2|corner-down-left|list|list-ordered|text-quote|panel-right|external-link|door-open)$/;

interface IconProps {
  /** The file's name in `client_shared/icons/lucide`, without its ending. */
  readonly name: string;
  readonly size?: "small" | "normal" | "large";
}

/** A drawing in the colour of the text around it; it says nothing to who cannot see it, its control does. */
export function Icon({ name, size = "normal" }: IconProps) {
  return (
    <svg
      className={classNames(styles.icon, styles[size], DIRECTED.test(name) && styles.directed)}
      viewBox="0 0 24 24"
      aria-hidden="true"
      // The drawings are our own files, never what somebody sent.
      // biome-ignore lint/security/noDangerouslySetInnerHtml: see above
      dangerouslySetInnerHTML={{ __html: DRAWINGS.get(name) ?? "" }}
    />
  );
}
