import { memo } from "react";
import type { RoomSummary } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { chooseList } from "../../state/listChoice";
import { t } from "../../words";
import { ContextMenuArea, type MenuContent } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./Rail.module.css";
import { RailButton } from "./RailButton";

interface SpaceButtonProps {
  readonly space: RoomSummary;
  /** What waits inside. */
  readonly unread: number;
  readonly mentions: number;
  readonly isCurrent: boolean;
}

/** A space in the rail; chosen again, it shows what it holds. */
export const SpaceButton = memo(function SpaceButton({
  space,
  unread,
  mentions,
  isCurrent,
}: SpaceButtonProps) {
  const chat = useChat();
  const choose = () => chooseList(chat.client.userId, { space: space.id });
  const open = (kind: string) => chat.openDialog({ kind, roomId: space.id });
  const content: MenuContent = [
    { label: t("main.space.home"), icon: "house", onSelect: () => open("spaceHome") },
    { label: t("main.menu.invite"), icon: "user-plus", onSelect: () => open("invite") },
    { label: t("main.menu.settings"), icon: "settings", onSelect: () => open("roomSettings") },
    "separator",
    {
      label: t("main.menu.leave"),
      icon: "log-out",
      danger: true,
      onSelect: () => open("leaveRoom"),
    },
  ];
  return (
    <ContextMenuArea content={content}>
      <span className={styles.space}>
        <RailButton
          label={space.name}
          isCurrent={isCurrent}
          unread={unread}
          mentions={mentions}
          onClick={isCurrent ? () => open("spaceHome") : choose}
          picture={
            <MediaAvatar id={space.id} name={space.name} picture={space.avatar} size="rail" shape="square" />
          }
        />
      </span>
    </ContextMenuArea>
  );
});
