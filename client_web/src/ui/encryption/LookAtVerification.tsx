import { useEffect } from "react";
import { useChat } from "../../state/ChatContext";
import { t } from "../../words";
import { showToast } from "../controls";

/** Shows the verification that goes on in the open room, or says that it is over. */
export function LookAtVerification() {
  const { client, roomId, openDialog } = useChat();
  useEffect(() => {
    openDialog(null);
    const isOpen = roomId !== null && client.crypto.lookAt(roomId);
    if (!isOpen) showToast(t("error.verification_gone"));
  }, [client, roomId, openDialog]);
  return null;
}
