/// <reference lib="webworker" />

import { MARK_READ, REPLY, showNotice } from "./noticeActions";
import { readPushed, type Shown } from "./notification";
import { readWorkerSettings } from "./settings";
import { answerFor, type Build, forgetOthers, keepMore, keepShell } from "./shell";

/** The build fills this in: see `vite/serviceWorker.ts`. */
declare const BUILD: Build;
declare const self: ServiceWorkerGlobalScope;

const ICON = "/assets/icon-192.png";
const BADGE = "/assets/badge-96.png";

self.addEventListener("install", (event) => event.waitUntil(keepShell(BUILD)));

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers(BUILD).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const answer = answerFor(BUILD, event.request, self.location.origin);
  if (answer !== null) event.respondWith(answer);
});

self.addEventListener("message", (event) => {
  const { kind, urls } = (event.data ?? {}) as { kind?: unknown; urls?: unknown };
  if (kind === "update") void self.skipWaiting();
  if (kind === "keep" && Array.isArray(urls)) {
    event.waitUntil(keepMore(BUILD, urls.filter(isText), self.location.origin));
  }
});

self.addEventListener("push", (event) => {
  event.waitUntil(tell(event.data));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { roomId } = (event.notification.data ?? {}) as { roomId?: unknown };
  event.waitUntil(act(event.action, isText(roomId) ? roomId : ""));
});

/** Do what was pressed. Only a page can mark as read; without one, the room is opened and read there. */
async function act(action: string, roomId: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (action === MARK_READ && pages.length > 0) {
    for (const page of pages) page.postMessage({ kind: "read", roomId });
    return;
  }
  await show(roomId === "" ? "/chat" : `/chat/${encodeURIComponent(roomId)}`, action === REPLY ? roomId : "");
}

async function tell(data: PushMessageData | null): Promise<void> {
  const pushed = readPushed(parsed(data), await readWorkerSettings());
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pushed.kind === "check") {
    for (const page of pages)
      page.postMessage({ kind: "push-check", appId: pushed.appId, token: pushed.token });
    return;
  }
  if (pushed.unread !== null) await count(pushed.unread);
  // A page that is seen tells of it itself.
  const isSeen = pages.some((page) => page.visibilityState === "visible");
  if (pushed.kind === "message" && !isSeen) await notify(pushed.shown);
}

async function notify({ title, body, roomId, eventId }: Shown): Promise<void> {
  // The page's own notifications have the same tag: of one room there is one.
  await showNotice(self.registration, title, {
    body,
    tag: roomId,
    icon: ICON,
    badge: BADGE,
    data: { roomId, eventId },
  });
}

/** Show how much is unread; with nothing left, nothing is left to tell of either. */
async function count(unread: number): Promise<void> {
  if (unread > 0) return await self.navigator.setAppBadge?.(unread);
  await self.navigator.clearAppBadge?.();
  for (const shown of await self.registration.getNotifications()) shown.close();
}

/** Open an address in a page that is there, else in a new one; `writes` is the room that is to be written in. */
async function show(path: string, writes: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((each) => each.focused) ?? pages[0];
  if (page === undefined) {
    await self.clients.openWindow(path);
    return;
  }
  page.postMessage({ kind: "open", path, writes });
  await page.focus();
}

function parsed(data: PushMessageData | null): unknown {
  try {
    return data?.json() ?? null;
  } catch {
    return null; // not from our server
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
