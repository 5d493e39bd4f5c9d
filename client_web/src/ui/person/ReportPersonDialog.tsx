import { useChat } from "../../state/ChatContext";
import { t } from "../../words";
import { useDialog } from "../dialogs/useDialog";
import { ReportDialog } from "./ReportDialog";

/** Tells those who run the server of a person. */
export default function ReportPersonDialog() {
  const { people } = useChat().client;
  const { text } = useDialog();
  const userId = text("userId");
  return (
    <ReportDialog
      title={t("dialogs.report_user_title", text("name") || userId)}
      onReport={(reason) => people.report(userId, reason)}
      onIgnore={() => people.ignore(userId)}
    />
  );
}
