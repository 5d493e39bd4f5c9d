import { type HeadingRow, SECTION_WORDS } from "../../state/roomRows";
import { t } from "../../words";
import { Badge, classNames, Icon } from "../controls";
import styles from "./RoomList.module.css";

interface SectionHeadingProps {
  readonly row: HeadingRow;
  readonly index: number;
  readonly isTab: boolean;
  /** Whether what is dragged would come here. */
  readonly isTarget: boolean;
  readonly onToggle: () => void;
}

/** The name of a section; pressed, it hides its rooms and says what waits in them. */
export function SectionHeading({ row, index, isTab, isTarget, onToggle }: SectionHeadingProps) {
  return (
    <button
      type="button"
      className={classNames(styles.heading, isTarget && styles.target)}
      aria-expanded={!row.collapsed}
      tabIndex={isTab ? 0 : -1}
      data-row={index}
      data-collapsed={row.collapsed}
      onClick={onToggle}
    >
      <span className={styles.headingText}>{t(SECTION_WORDS[row.section])}</span>
      <span className={styles.chevron}>
        <Icon name={row.collapsed ? "chevron-right" : "chevron-down"} size="small" />
      </span>
      <Badge count={row.mentions || row.unread} mention={row.mentions > 0} />
    </button>
  );
}
