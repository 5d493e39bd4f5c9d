import { useLocation } from "wouter";
import { type Auth, useAuth } from "../../state/AuthContext";
import { type Chat, type Panel, useChat } from "../../state/ChatContext";
import { chooseList, listChoice } from "../../state/listChoice";
import { neighbour, rowsOf } from "../../state/roomRows";
import { useShortcuts } from "../../state/useShortcuts";
import { act } from "./act";
import { stepArea } from "./areas";

/** The keys of the chat, wherever the focus is. */
export function useChatShortcuts(): void {
  const chat = useChat();
  const auth = useAuth();
  const [, navigate] = useLocation();
  const { client, roomId, openDialog } = chat;
  useShortcuts({
    quickSwitcher: () => openDialog({ kind: "quickSwitcher" }),
    roomPrevious: () => step(chat, -1, false),
    roomNext: () => step(chat, 1, false),
    unreadPrevious: () => step(chat, -1, true),
    unreadNext: () => step(chat, 1, true),
    goHome: () => chooseList(client.userId, { space: "" }),
    goBack: () => history.back(),
    goForward: () => history.forward(),
    focusComposer: focusComposer,
    focusNextArea: () => stepArea(1),
    focusPreviousArea: () => stepArea(-1),
    searchRoom: () => roomId !== null && chat.openPanel({ kind: "search" }),
    searchAll: () => openDialog({ kind: "searchAll" }),
    markRead: () => stepBack(chat),
    markAllRead: () => void act(client.rooms.markAllRead()),
    newDirect: () => openDialog({ kind: "newDirect" }),
    newRoom: () =>
      openDialog({ kind: "createRoom", spaceId: listChoice(client.userId).get().space || undefined }),
    explore: () => openDialog({ kind: "directory" }),
    toggleRoomPanel: () => toggle(chat, "room"),
    toggleThreads: () => toggle(chat, "threads"),
    toggleMembers: () => toggle(chat, "members"),
    settings: () => navigate("/settings"),
    shortcutSheet: () => openDialog({ kind: "shortcuts" }),
    switchAccount: () => nextAccount(auth, client.userId, navigate),
  });
}

/** Show the account after this one; nothing happens where there is no other. */
function nextAccount(
  { sessions, switchTo }: Auth,
  userId: string,
  navigate: (path: string) => void,
): unknown {
  const here = sessions.findIndex((session) => session.userId === userId);
  const next = sessions[(here + 1) % sessions.length];
  if (next === undefined || next.userId === userId) return false;
  switchTo(next.userId);
  return navigate("/chat");
}

/** Go up or down the list as it is shown. */
function step({ client, roomId, openRoom }: Chat, by: 1 | -1, unreadOnly: boolean): void {
  const rows = rowsOf(client.rooms.list.get(), listChoice(client.userId).get(), roomId ?? "");
  const next = neighbour(rows, roomId ?? "", by, unreadOnly);
  if (next !== undefined) openRoom(next);
}

function toggle({ panel, openPanel, roomId }: Chat, kind: "room" | "threads" | "members"): unknown {
  if (roomId === null) return false;
  return openPanel(panel?.kind === kind ? null : ({ kind } satisfies Panel));
}

/** Esc takes away what lies beside the conversation, then says that all of it was read. */
function stepBack({ client, panel, openPanel, roomId }: Chat): unknown {
  if (panel !== null) return openPanel(null);
  const room = client.rooms.get(roomId ?? "");
  if (room === null || !(room.unread > 0 || room.isMarkedUnread)) return false;
  return void act(client.rooms.markRead(room.id));
}

function focusComposer(): unknown {
  const composer = document.querySelector<HTMLElement>('[data-area="composer"]');
  const field = composer?.querySelector<HTMLElement>("textarea, [contenteditable='true']") ?? composer;
  if (!field) return false;
  return field.focus();
}
