import { useEffect } from "react";
import { useLocation } from "wouter";
import { roomPath, useChat } from "../../state/ChatContext";
import { useDialog } from "../dialogs/useDialog";

/** Goes where a link to a room leads: into it, or before its door. Nothing of it is seen. */
export default function RoomLinkDialog() {
  const { client } = useChat();
  const { close, text, details } = useDialog();
  const [, navigate] = useLocation();
  const address = text("address");
  const eventId = text("eventId");
  const via = Array.isArray(details.via) ? details.via.filter((each) => typeof each === "string") : [];
  const query = via.length > 0 ? `?${new URLSearchParams(via.map((each) => ["via", each]))}` : "";
  useEffect(() => {
    const known = client.rooms.list.get().find((room) => room.id === address || room.alias === address);
    close();
    if (known?.membership === "join") navigate(roomPath(known.id, eventId || undefined));
    else navigate(roomPath(address, eventId || undefined) + query);
  }, [client, address, eventId, query, close, navigate]);
  return null;
}
