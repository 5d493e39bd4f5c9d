import { PAGE_SIZE } from "../../matrix/admin/page";
import { t } from "../../words";
import { IconButton } from "../controls";
import { number } from "./format";
import styles from "./Pager.module.css";

interface PagerProps {
  readonly from: number;
  readonly shown: number;
  readonly total: number;
  readonly onChange: (from: number) => void;
}

/** Where in a long list one is, and the way on; nothing where all of it is shown. */
export function Pager({ from, shown, total, onChange }: PagerProps) {
  if (total <= shown && from === 0) return null;
  return (
    <nav className={styles.pager} aria-label={t("admin.pages")}>
      <span>{t("admin.range", number(from + 1), number(from + shown), number(total))}</span>
      <IconButton
        icon="chevron-left"
        label={t("admin.previousPage")}
        disabled={from === 0}
        onClick={() => onChange(Math.max(0, from - PAGE_SIZE))}
      />
      <IconButton
        icon="chevron-right"
        label={t("admin.nextPage")}
        disabled={from + shown >= total}
        onClick={() => onChange(from + PAGE_SIZE)}
      />
    </nav>
  );
}
