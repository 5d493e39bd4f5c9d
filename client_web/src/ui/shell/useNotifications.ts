import { useEffect } from "react";
import type { Notice } from "../../matrix/push";
import { type Preferences, preferences } from "../../matrix/settings/preferences";
import { type Chat, useChat } from "../../state/ChatContext";
import { wishToWrite } from "../../state/wishToWrite";
import { t } from "../../words";
import { actionsOf, type NoticeOptions, showNotice } from "../../worker/noticeActions";
import { act } from "./act";

/** Show what is worth it as a notification of the browser, while this page is open. */
export function useNotifications(): void {
  const { client, roomId, openRoom } = useChat();
  useEffect(
    () =>
      client.push.onNotice((notice) => {
        const chosen = preferences.get();
        const isSeen =
          document.visibilityState === "visible" && document.hasFocus() && notice.roomId === roomId;
        if (chosen.notifications && !isSeen) void show(notice, chosen, openRoom);
      }),
    [client, roomId, openRoom],
  );
  useEffect(() => {
    const hear = (event: MessageEvent): void => {
      const { kind, roomId: read, writes } = (event.data ?? {}) as Readonly<Record<string, unknown>>;
      if (kind === "read" && typeof read === "string" && client.rooms.get(read))
        void act(() => client.rooms.markRead(read));
      if (kind === "open" && typeof writes === "string") wishToWrite(writes);
    };
    navigator.serviceWorker?.addEventListener("message", hear);
    return () => navigator.serviceWorker?.removeEventListener("message", hear);
  }, [client]);
}

/** Tell whether this page may show notifications at all. */
export function mayNotify(): boolean {
  return "Notification" in window && window.isSecureContext && Notification.permission === "granted";
}

/** Ask the reader for notifications, and return whether they may be shown. */
export async function askForNotifications(): Promise<boolean> {
  if (!("Notification" in window) || !window.isSecureContext) return false;
  return (await Notification.requestPermission()) === "granted";
}

async function show(notice: Notice, chosen: Preferences, openRoom: Chat["openRoom"]): Promise<void> {
  if (!mayNotify()) return;
  const { title, body } = wordsOf(notice, chosen.notificationContent);
  const silent = !(chosen.notificationSound && notice.isLoud);
  const data = { roomId: notice.roomId, eventId: notice.eventId };
  const options = { body, silent, tag: notice.roomId, icon: "/assets/icon.svg", data };
  // What the service worker shows has buttons, and it knows what to do when one is pressed.
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration?.active) return showNotice(registration, title, withActions(options, notice));
  const shown = new Notification(title, options);
  shown.onclick = () => {
    window.focus();
    openRoom(notice.roomId);
    shown.close();
  };
}

/** An invitation is answered in its room alone. */
function withActions<Options extends NotificationOptions>(options: Options, { eventId }: Notice): Options {
  if (eventId === "") return options;
  const actions = actionsOf(t("main.action.reply"), t("main.menu.mark_read"));
  return { ...options, actions } satisfies NoticeOptions;
}

/** Who and where, then what; without what was written where the reader wants it so. */
export function wordsOf(
  notice: Notice,
  withContent: boolean,
): { readonly title: string; readonly body: string } {
  const who = notice.senderName;
  const title = notice.isDirect || notice.eventId === "" ? notice.roomName : `${who} · ${notice.roomName}`;
  return { title, body: withContent ? notice.text : t("rooms.notice_hidden") };
}
