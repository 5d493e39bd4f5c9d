import { useChat } from "../../state/ChatContext";
import type { SpaceRow } from "../../state/roomRows";
import { t } from "../../words";
import { ContextMenuArea, type MenuContent } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./Rail.module.css";
import { RailButton } from "./RailButton";

interface SpaceButtonProps {
  readonly row: SpaceRow;
  readonly isCurrent: boolean;
  readonly onChoose: () => void;
}

/** A space in the rail; chosen again, it shows what it holds. */
export function SpaceButton({ row: { space, unread, mentions }, isCurrent, onChoose }: SpaceButtonProps) {
  const chat = useChat();
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
          onClick={isCurrent ? () => open("spaceHome") : onChoose}
          picture={
            <MediaAvatar id={space.id} name={space.name} picture={space.avatar} size="rail" shape="square" />
          }
        />
      </span>
    </ContextMenuArea>
  );
}
