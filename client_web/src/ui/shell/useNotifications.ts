import { useEffect } from "react";
import type { Notice } from "../../matrix/push";
import { type Preferences, preferences } from "../../matrix/settings/preferences";
import { type Chat, useChat } from "../../state/ChatContext";
import { t } from "../../words";

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
  const options: NotificationOptions = { body, silent, tag: notice.roomId, icon: "/assets/icon.svg" };
  const shown = await open(title, { ...options, data: { roomId: notice.roomId, eventId: notice.eventId } });
  if (shown === null) return;
  shown.onclick = () => {
    window.focus();
    openRoom(notice.roomId);
    shown.close();
  };
}

/** Telephones show them through the service worker only, which knows what to do when one is pressed. */
async function open(title: string, options: NotificationOptions): Promise<Notification | null> {
  try {
    return new Notification(title, options);
  } catch {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.showNotification(title, options);
    return null;
  }
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
