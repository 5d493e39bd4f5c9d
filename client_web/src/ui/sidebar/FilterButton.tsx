import { useChat } from "../../state/ChatContext";
import { chooseList, listChoice } from "../../state/listChoice";
import { ROOM_FILTERS } from "../../state/roomRows";
import { keysText } from "../../state/shortcuts";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { IconButton, Menu, type MenuContent } from "../controls";
import { act } from "../shell/act";

/** Which rooms the list shows. */
export function FilterButton() {
  const { client } = useChat();
  const { filter } = useValue(listChoice(client.userId));
  const content: MenuContent = [
    ...ROOM_FILTERS.map((each) => ({
      label: t(`main.filter.${each}`),
      checked: each === filter,
      onSelect: () => chooseList(client.userId, { filter: each }),
    })),
    "separator",
    {
      label: t("main.list.mark_all_read"),
      keys: keysText("markAllRead"),
      onSelect: () => void act(client.rooms.markAllRead()),
    },
  ];
  return (
    <Menu
      align="end"
      content={content}
      trigger={
        <IconButton
          icon="list-filter"
          label={t("main.list.filter")}
          {...(filter !== "all" && { pressed: true })}
        />
      }
    />
  );
}
