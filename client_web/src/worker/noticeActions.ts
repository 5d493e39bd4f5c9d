/** What can be pressed on a notification beside itself; browsers show two at most. */

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
