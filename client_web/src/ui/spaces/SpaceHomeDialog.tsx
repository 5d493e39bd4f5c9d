import { useState } from "react";
import { errorWords } from "../../matrix/errors";
import type { SpaceChild } from "../../matrix/rooms";
import { useChat } from "../../state/ChatContext";
import { useLoaded } from "../../state/useLoaded";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Dialog, EmptyState, IconButton, Menu, type MenuContent, Skeleton } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { actOf } from "../directory/actOf";
import styles from "../directory/Directory.module.css";
import { RoomCard } from "../directory/RoomCard";
import { ErrorLine } from "../encryption/ErrorLine";
import own from "./Spaces.module.css";

/** A space: what it holds. Its keepers add, suggest and remove rooms here. */
export default function SpaceHomeDialog() {
  const { client, openRoom, openDialog } = useChat();
  const { close, text } = useDialog();
  const [spaceId, setSpaceId] = useState(text("roomId"));
  const [joining, setJoining] = useState("");
  const space = useValue(client.rooms.room(spaceId));
  const rights = useValue(client.rooms.rights(spaceId));
  const asked = useLoaded(() => client.spaces.content(spaceId), spaceId);
  const work = useWork();
  const mayChange = rights.maySet("m.space.child");
  const children = [...(asked.value?.children ?? [])].sort(byOrder);
  const preview = asked.value?.space;
  const change = (how: () => Promise<void>) =>
    void work.act(async () => {
      await how();
      await asked.reload();
    });
  const act = async ({ preview: room, via }: SpaceChild) => {
    if (actOf(client, room) !== "open") {
      setJoining(room.id);
      const isIn = await work.act(() => client.rooms.join(room.id, via));
      setJoining("");
      if (!isIn) return;
    }
    if (room.isSpace) return setSpaceId(room.id);
    close();
    openRoom(room.id);
  };
  return (
    <Dialog
      open
      onClose={close}
      size="wide"
      title={space?.name ?? preview?.name ?? ""}
      description={[
        (space?.topic ?? preview?.topic ?? "").split("\n", 1)[0],
        t("dialogs.people_count", { n: space?.joinedMembers ?? preview?.members ?? 0 }),
      ]
        .filter(Boolean)
        .join(" · ")}
    >
      <ErrorLine error={work.error || (asked.error ? errorWords(asked.error) : "")} />
      <div className={own.bar}>
        <h3 className={own.heading}>{t("dialogs.space_rooms")}</h3>
        {rights.mayInvite() && (
          <IconButton
            icon="user-plus"
            label={t("dialogs.space_invite")}
            onClick={() => openDialog({ kind: "invite", roomId: spaceId })}
          />
        )}
        {space && (
          <IconButton
            icon="settings"
            label={t("dialogs.space_settings")}
            onClick={() => openDialog({ kind: "roomSettings", roomId: spaceId })}
          />
        )}
        {mayChange && (
          <div className={own.adds}>
            <Button onClick={() => openDialog({ kind: "addRooms", roomId: spaceId })}>
              {t("dialogs.space_add_existing")}
            </Button>
            <Button onClick={() => openDialog({ kind: "createRoom", spaceId })}>
              {t("dialogs.space_add_new")}
            </Button>
          </div>
        )}
      </div>
      <div className={styles.rooms}>
        {children.map((child) => (
          <RoomCard
            key={child.preview.id}
            room={child.preview}
            act={actOf(client, child.preview)}
            isBusy={joining === child.preview.id}
            disabled={joining !== ""}
            onAct={() => void act(child)}
            {...(child.isSuggested && { badge: t("dialogs.space_suggested") })}
            end={mayChange && <ChildMenu child={child} spaceId={spaceId} change={change} />}
          />
        ))}
        {asked.isLoading && children.length === 0 && <Skeleton rows={4} pictures />}
        {asked.value && children.length === 0 && (
          <EmptyState icon="shapes" title={t("main.list.empty")} text={t("dialogs.space_empty")} />
        )}
      </div>
    </Dialog>
  );
}

interface ChildMenuProps {
  readonly child: SpaceChild;
  readonly spaceId: string;
  readonly change: (how: () => Promise<void>) => void;
}

function ChildMenu({ child, spaceId, change }: ChildMenuProps) {
  const { spaces } = useChat().client;
  const { id } = child.preview;
  const content: MenuContent = [
    {
      label: t(child.isSuggested ? "dialogs.space_unsuggest" : "dialogs.space_suggest"),
      icon: child.isSuggested ? "star-off" : "star",
      onSelect: () => change(() => spaces.addChild(spaceId, id, !child.isSuggested)),
    },
    {
      label: t("dialogs.space_remove"),
      icon: "trash-2",
      danger: true,
      onSelect: () => change(() => spaces.removeChild(spaceId, id)),
    },
  ];
  return (
    <Menu
      align="end"
      content={content}
      trigger={
        <IconButton icon="ellipsis" label={`${t("dialogs.create_advanced")}: ${child.preview.name}`} />
      }
    />
  );
}

/** Where its keepers put them, then by name. */
function byOrder(a: SpaceChild, b: SpaceChild): number {
  if (a.order !== b.order) return !a.order ? 1 : !b.order ? -1 : a.order < b.order ? -1 : 1;
  return a.preview.name.localeCompare(b.preview.name);
}
