import type { RoomSummary } from "../../matrix/types";
import type { Chat } from "../../state/ChatContext";
import { keysText } from "../../state/shortcuts";
import { t } from "../../words";
import type { MenuContent } from "../controls";
import { roomEntries } from "../sidebar/roomMenu";

/** What a room's header offers beside its buttons. */
export function headerMenu(chat: Chat, room: RoomSummary): MenuContent {
  const { openPanel, openDialog } = chat;
  const [invite, settings, ...rest] = roomEntries(chat, room);
  return [
    {
      label: t("main.header.info"),
      icon: "info",
      keys: keysText("toggleRoomPanel"),
      onSelect: () => openPanel({ kind: "room" }),
    },
    {
      label: t("main.header.members"),
      icon: "users",
      keys: keysText("toggleMembers"),
      onSelect: () => openPanel({ kind: "members" }),
    },
    {
      label: t("main.header.threads"),
      icon: "message-square-text",
      keys: keysText("toggleThreads"),
      onSelect: () => openPanel({ kind: "threads" }),
    },
    { label: t("rooms.files"), icon: "archive", onSelect: () => openPanel({ kind: "files" }) },
    { label: t("main.header.pins"), icon: "pin", onSelect: () => openPanel({ kind: "pins" }) },
    {
      label: t("main.header.date"),
      icon: "calendar-days",
      keys: keysText("jumpToDate"),
      onSelect: () => openDialog({ kind: "jumpToDate", roomId: room.id }),
    },
    "separator",
    invite!,
    settings!,
    {
      label: t("main.header.export"),
      icon: "download",
      onSelect: () => openDialog({ kind: "exportRoom", roomId: room.id }),
    },
    ...rest,
  ];
}
