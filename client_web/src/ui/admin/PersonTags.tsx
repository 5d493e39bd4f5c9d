import type { Person } from "../../matrix/admin/people";
import { t } from "../../words";
import styles from "./PersonTags.module.css";
import { Tag } from "./Tag";

/** What an account is, where that is not what most are. */
export function PersonTags({ person }: { readonly person: Person }) {
  return (
    <span className={styles.tags}>
      {person.isAdmin && <Tag kind="accent">{t("admin.tag.admin")}</Tag>}
      {person.isGuest && <Tag>{t("admin.tag.guest")}</Tag>}
      {person.isSuspended && <Tag kind="warning">{t("admin.tag.suspended")}</Tag>}
      {person.isLocked && <Tag kind="warning">{t("admin.tag.locked")}</Tag>}
      {person.isShadowBanned && <Tag kind="warning">{t("admin.tag.shadowBanned")}</Tag>}
      {person.isDeactivated && <Tag kind="danger">{t("admin.tag.deactivated")}</Tag>}
    </span>
  );
}
