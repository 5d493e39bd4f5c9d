import { useChat } from "../../state/ChatContext";
import { t } from "../../words";
import { Banner, Button } from "../controls";

/** What stands in place of the composer where a room goes on somewhere else. */
export default function SuccessorLine({ roomId }: { readonly roomId: string }) {
  const { openRoom } = useChat();
  return (
    <Banner actions={<Button onClick={() => openRoom(roomId)}>{t("main.successor.open")}</Button>}>
      {t("main.successor")}
    </Banner>
  );
}
