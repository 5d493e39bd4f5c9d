import { useEffect } from "react";
import { useChat } from "../../state/ChatContext";
import { waitingIn } from "../../state/roomRows";
import { useValue } from "../../state/useValue";
import { showFaviconMark } from "./favicon";

/** Say in the tab's title, its picture and the app's badge what waits to be read. */
export function useUnreadTitle(): void {
  const { client, roomId } = useChat();
  const name = useValue(client.rooms.room(roomId ?? ""), (room) => room?.name);
  const unread = useValue(client.rooms.list, (rooms) => waitingIn(rooms).unread);
  const mentions = useValue(client.rooms.list, (rooms) => waitingIn(rooms).mentions);
  useEffect(() => {
    const place = name === undefined ? "Parlour" : `${name} · Parlour`;
    document.title = mentions > 0 ? `(${mentions}) ${place}` : unread > 0 ? `• ${place}` : place;
  }, [name, unread, mentions]);
  useEffect(() => {
    void showFaviconMark(mentions > 0 ? "mention" : unread > 0 ? "unread" : "none");
    // A browser without badges has none; one that refuses them needs no excuse.
    navigator.setAppBadge?.(mentions || unread).catch(() => undefined);
  }, [unread, mentions]);
}
