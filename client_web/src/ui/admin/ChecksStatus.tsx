import { Link } from "wouter";
import { worstOf } from "../../matrix/admin/checks";
import { useAdmin } from "../../state/admin/AdminContext";
import { t } from "../../words";
import { classNames, Icon } from "../controls";
import styles from "./ChecksStatus.module.css";

/** One line on how the server is set up; it leads to all that was found. */
export function ChecksStatus() {
  const { checks } = useAdmin();
  if (checks.value === undefined) {
    return (
      <span className={styles.status}>{checks.error === undefined ? t("admin.checks.looking") : ""}</span>
    );
  }
  const worst = worstOf(checks.value);
  const wrong = checks.value.filter((check) => check.result !== "ok").length;
  return (
    <Link href="/admin/setup" className={classNames(styles.status, styles[worst])}>
      <Icon name={worst === "ok" ? "circle-check" : "triangle-alert"} size="small" />
      {worst === "ok" ? t("admin.checks.allPass") : t("admin.checks.wrong", { n: wrong })}
    </Link>
  );
}
