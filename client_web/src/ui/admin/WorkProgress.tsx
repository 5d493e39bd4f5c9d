import { shareDone, type Work } from "../../matrix/admin/work";
import { t, type WordId } from "../../words";
import { Progress } from "../controls";
import { number } from "./format";

const KINDS = [
  "purge_history",
  "delete_room",
  "expire_messages",
  "redact_user",
  "run_retention",
  "join_default_rooms",
  "partial_join",
  "media_cleanup",
  "search_index",
];

/** A piece of work with how far it is. */
export function WorkProgress({ work }: { readonly work: Work }) {
  return <Progress label={workTitle(work)} value={shareDone(work)} note={noteOf(work)} />;
}

/** Return what work is about, in words. */
export function workTitle(work: Work): string {
  if (!KINDS.includes(work.kind)) return t("admin.work.other", work.kind, work.name);
  return t(`admin.work.${work.kind}` as WordId, work.name);
}

function noteOf(work: Work): string {
  if (work.status === "scheduled") return t("admin.work.waits");
  if (work.total !== null) return t("admin.work.of", number(work.done), number(work.total));
  if (work.left !== null) return t("admin.work.left", number(work.left));
  return work.done > 0 ? number(work.done) : t("admin.work.active");
}
