/** Showing notifications, and what can be pressed on one beside itself; browsers show two buttons at most. */

export const REPLY = "reply";
export const MARK_READ = "read";

/** `NotificationAction` of the specification of notifications, which TypeScript leaves out. */
export interface NoticeAction {
  readonly action: string;
  readonly title: string;
}

/** Options of notifications that a service worker shows. */
export interface NoticeOptions extends NotificationOptions {
  readonly actions: readonly NoticeAction[];
}

/**
 * The buttons of a notification of a message. Answering leads to the room: browsers offer no field in a notification
 * to write in, or only behind a flag.
 */
export function actionsOf(reply: string, markRead: string): readonly NoticeAction[] {
  return [
    { action: REPLY, title: reply },
    { action: MARK_READ, title: markRead },
  ];
}

/** What is held while a notification is shown, by whichever page or worker of ours; a test waits for it. */
const SHOWING = "notices";

/**
 * Show a notification in place of the one with its tag, after all that are being shown.
 *
 * Chromium takes a new one along with one of the same tag that is just being closed or replaced: it is shown again.
 */
export async function showNotice(
  registration: ServiceWorkerRegistration,
  title: string,
  options: NotificationOptions & { readonly tag: string },
): Promise<void> {
  await navigator.locks.request(SHOWING, async () => {
    await registration.showNotification(title, options);
    const shown = await registration.getNotifications({ tag: options.tag });
    if (shown.length === 0) await registration.showNotification(title, options);
  });
}
