import { preferences } from "../../matrix/settings/preferences";
import type { RoomSummary } from "../../matrix/types";
import type { Chat } from "../../state/ChatContext";
import { t } from "../../words";
import type { MenuContent } from "../controls";
import { act } from "../shell/act";

/** What can be done to a room from the list and from its header. */
export function roomMenu(chat: Chat, room: RoomSummary): MenuContent {
  if (room.membership === "invite" || room.membership === "knock") return inviteMenu(chat, room);
  return [...markEntries(chat, room), "separator", ...roomEntries(chat, room)];
}

/** What an invitation leads to. */
function inviteMenu({ client, openRoom }: Chat, room: RoomSummary): MenuContent {
  const { rooms } = client;
  const accept = {
    label: t("main.invite.accept"),
    icon: "check",
    onSelect: () => void act(async () => openRoom(await rooms.join(room.id))),
  };
  const isInvite = room.membership === "invite";
  return [
    ...(isInvite ? [accept] : []),
    {
      label: t(isInvite ? "main.invite.decline" : "main.invite.withdraw"),
      icon: "log-out",
      danger: true,
      onSelect: () => void act(rooms.leave(room.id)),
    },
  ];
}

function markEntries({ client }: Chat, room: RoomSummary): MenuContent {
  const { rooms } = client;
  const isWaiting = room.unread > 0 || room.mentions > 0 || room.isMarkedUnread;
  const isFavourite = room.section === "favourite";
  const isLow = room.section === "low";
  return [
    {
      label: t(isWaiting ? "main.menu.mark_read" : "main.menu.mark_unread"),
      icon: isWaiting ? "mail-open" : "mail",
      onSelect: () => void act(isWaiting ? rooms.markRead(room.id) : rooms.markUnread(room.id)),
    },
    {
      label: t(isFavourite ? "main.menu.unfavourite" : "main.menu.favourite"),
      icon: isFavourite ? "star-off" : "star",
      onSelect: () => void act(rooms.setPlace(room.id, isFavourite ? "normal" : "favourite")),
    },
    {
      label: t(isLow ? "main.menu.normal_priority" : "main.menu.low_priority"),
      icon: isLow ? "arrow-up" : "arrow-down",
      onSelect: () => void act(rooms.setPlace(room.id, isLow ? "normal" : "low")),
    },
    muteEntry(client.rooms, room),
  ];
}

/** Mute for a time, for good, or hear of it again. */
function muteEntry(rooms: Chat["client"]["rooms"], room: RoomSummary): MenuContent[number] {
  if (room.isMuted) {
    return { label: t("main.menu.unmute"), icon: "bell", onSelect: () => void act(rooms.unmute(room.id)) };
  }
  return {
    label: t("main.menu.mute"),
    icon: "bell-off",
    submenu: [
      { label: t("main.menu.mute_hour"), onSelect: () => void act(rooms.mute(room.id, 1)) },
      { label: t("main.menu.mute_day"), onSelect: () => void act(rooms.mute(room.id, 8)) },
      { label: t("main.menu.mute_always"), onSelect: () => void act(rooms.mute(room.id)) },
    ],
  };
}

/** What a room's header offers as well. */
export function roomEntries(chat: Chat, room: RoomSummary): MenuContent {
  const { openDialog } = chat;
  const state = {
    label: t("main.menu.state"),
    icon: "braces",
    onSelect: () => openDialog({ kind: "roomState", roomId: room.id }),
  };
  return [
    {
      label: t("main.menu.invite"),
      icon: "user-plus",
      onSelect: () => openDialog({ kind: "invite", roomId: room.id }),
    },
    {
      label: t("main.menu.settings"),
      icon: "settings",
      onSelect: () => openDialog({ kind: "roomSettings", roomId: room.id }),
    },
    ...(preferences.get().developerTools ? [state] : []),
    "separator",
    {
      label: t("main.menu.leave"),
      icon: "log-out",
      danger: true,
      onSelect: () => openDialog({ kind: "leaveRoom", roomId: room.id }),
    },
  ];
}
