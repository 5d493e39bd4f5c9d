import type { ReadReceipt } from "../../../matrix/timeline/values";
import { t } from "../../../words";
import { Tooltip } from "../../controls";
import { MediaAvatar } from "../../shell/MediaAvatar";
import styles from "./Receipts.module.css";

const MOST = 4;

/** Who has read up to here. */
export function Receipts({ receipts }: { readonly receipts: readonly ReadReceipt[] }) {
  const names = receipts
    .slice(0, 8)
    .map((receipt) => receipt.person.name)
    .join(", ");
  const label = t(
    "main.receipts",
    receipts.length > 8 ? t("main.names.more", names, { n: receipts.length - 8 }) : names,
  );
  return (
    <Tooltip text={label}>
      <span className={styles.receipts} role="img" aria-label={label}>
        {receipts.length > MOST && <span className={styles.more}>+{receipts.length - MOST}</span>}
        {receipts.slice(0, MOST).map(({ person }) => (
          <span key={person.id} className={styles.face}>
            <MediaAvatar id={person.id} name={person.name} picture={person.avatar} size="tiny" />
          </span>
        ))}
      </span>
    </Tooltip>
  );
}
