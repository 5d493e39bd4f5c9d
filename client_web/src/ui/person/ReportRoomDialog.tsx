import { useChat } from "../../state/ChatContext";
import { t } from "../../words";
import { useDialog } from "../dialogs/useDialog";
import { ReportDialog } from "./ReportDialog";

/** Tells those who run the server of a whole room. */
export default function ReportRoomDialog() {
  const { rooms } = useChat().client;
  const { text } = useDialog();
  const report = (reason: string) => rooms.reportRoom(text("roomId"), reason);
  return <ReportDialog title={t("dialogs.report_room_title")} onReport={report} />;
}
