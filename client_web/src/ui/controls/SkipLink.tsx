import type { MouseEvent } from "react";
import { t } from "../../words";
import styles from "./SkipLink.module.css";

/** What a page is about has this id: the link leads there. */
export const CONTENT_ID = "content";

/** The first stop of a page for the keyboard: past what leads elsewhere, to where one reads and writes. */
export function SkipLink() {
  return (
    <a href={`#${CONTENT_ID}`} className={styles.skip} onClick={skip}>
      {t("control.skip")}
    </a>
  );
}

/** The address stays what it is: it says where one is. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  const content = document.getElementById(CONTENT_ID);
  const wanted = content?.querySelector<HTMLElement>("[data-area-focus]:not(:disabled)") ?? content;
  wanted?.focus();
}
