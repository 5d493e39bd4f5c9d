import { type ComponentType, type LazyExoticComponent, lazy, Suspense } from "react";
import { type Panel, useChat } from "../../state/ChatContext";
import { t, type WordId } from "../../words";
import { IconButton, Skeleton } from "../controls";
import styles from "./SidePanel.module.css";

/** What stands in a panel, by its kind; each takes the room it is of. */
const CONTENTS: Readonly<
  Partial<Record<Panel["kind"], LazyExoticComponent<ComponentType<{ roomId: string }>>>>
> = {
  room: lazy(() => import("./RoomPanel")),
  members: lazy(() => import("./MembersPanel")),
  files: lazy(() => import("./FilesPanel")),
  person: lazy(() => import("./PersonPanel")),
  search: lazy(() => import("./SearchPanel")),
  pins: lazy(() => import("../chat/panels/PinsPanel")),
  thread: lazy(() => import("../chat/panels/ThreadPanel")),
  threads: lazy(() => import("../chat/panels/ThreadsPanel")),
};

const TITLES: Readonly<Record<Panel["kind"], WordId>> = {
  room: "main.panel.info",
  members: "main.panel.members",
  files: "rooms.files",
  pins: "main.panel.pins",
  threads: "main.panel.threads",
  search: "main.panel.search",
  thread: "main.panel.thread",
  person: "main.action.person",
};

/** Where a panel leads back to. */
const BACK: Readonly<Partial<Record<Panel["kind"], "room" | "members" | "threads">>> = {
  members: "room",
  files: "room",
  person: "members",
  thread: "threads",
};

interface SidePanelProps {
  readonly roomId: string;
  readonly panel: Panel;
}

/** What stands beside the conversation: the room and its people, a thread, pins, search. */
export function SidePanel({ roomId, panel }: SidePanelProps) {
  const { openPanel } = useChat();
  const Content = CONTENTS[panel.kind];
  const back = BACK[panel.kind];
  return (
    <section className={styles.panel} aria-label={t(TITLES[panel.kind])}>
      <header className={styles.head}>
        {back && (
          <IconButton
            icon="arrow-left"
            label={t("main.header.back")}
            onClick={() => openPanel({ kind: back })}
          />
        )}
        <h2 className={styles.title}>{t(TITLES[panel.kind])}</h2>
        <IconButton icon="x" label={t("control.close")} onClick={() => openPanel(null)} />
      </header>
      {Content && (
        <Suspense
          fallback={
            <div className={styles.waiting}>
              <Skeleton rows={6} pictures />
            </div>
          }
        >
          <Content roomId={roomId} />
        </Suspense>
      )}
    </section>
  );
}
