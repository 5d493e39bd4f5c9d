import type { RoomSummary } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { keysText } from "../../state/shortcuts";
import { t } from "../../words";
import { IconButton, Menu, type MenuContent } from "../controls";

/** What can be begun: a conversation, a room, a look around. */
export function NewButton({ space }: { readonly space: RoomSummary | null }) {
  const { openDialog } = useChat();
  const content: MenuContent = [
    {
      label: t("main.list.new_direct"),
      icon: "message-square-plus",
      keys: keysText("newDirect"),
      onSelect: () => openDialog({ kind: "newDirect" }),
    },
    {
      label: t("main.list.new_room"),
      icon: "hash",
      keys: keysText("newRoom"),
      onSelect: () => openDialog({ kind: "createRoom", spaceId: space?.id }),
    },
    {
      label: t("main.list.explore"),
      icon: "compass",
      keys: keysText("explore"),
      onSelect: () => openDialog({ kind: "directory" }),
    },
    ...(space === null
      ? []
      : ([
          "separator",
          {
            label: t("main.space.home"),
            icon: "house",
            onSelect: () => openDialog({ kind: "spaceHome", roomId: space.id }),
          },
        ] as const)),
  ];
  return (
    <Menu align="end" content={content} trigger={<IconButton icon="plus" label={t("main.list.new")} />} />
  );
}
