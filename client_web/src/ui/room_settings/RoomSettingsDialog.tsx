import { Dialog } from "@base-ui/react/dialog";
import { Tabs } from "@base-ui/react/tabs";
import { type ComponentType, Suspense, useRef, useState } from "react";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t, type WordId } from "../../words";
import { EmptyState, IconButton, Skeleton, useOpener, useRevealed } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { Guarded } from "../pages/Guarded";
import { AccessPage } from "./AccessPage";
import { AddressesPage } from "./AddressesPage";
import { AdvancedPage } from "./AdvancedPage";
import { GeneralPage } from "./GeneralPage";
import { MembersPage } from "./MembersPage";
import { NotificationsPage } from "./NotificationsPage";
import { PacksPage } from "./PacksPage";
import { PermissionsPage } from "./PermissionsPage";
import type { RoomPageProps } from "./pageProps";
import styles from "./RoomSettings.module.css";

const PAGES: readonly {
  readonly name: string;
  readonly title: WordId;
  readonly Content: ComponentType<RoomPageProps>;
}[] = [
  { name: "general", title: "dialogs.room_page_general", Content: GeneralPage },
  { name: "access", title: "dialogs.room_page_access", Content: AccessPage },
  { name: "permissions", title: "dialogs.room_page_permissions", Content: PermissionsPage },
  { name: "members", title: "dialogs.room_page_members", Content: MembersPage },
  { name: "notifications", title: "dialogs.room_page_notifications", Content: NotificationsPage },
  { name: "addresses", title: "dialogs.room_page_addresses", Content: AddressesPage },
  { name: "packs", title: "dialogs.room_page_packs", Content: PacksPage },
  { name: "advanced", title: "dialogs.room_page_advanced", Content: AdvancedPage },
];
const NOT_OF_SPACES = ["notifications", "packs"];

/** All settings of a room or space, over the whole window, with an index as one's own settings have it. */
export default function RoomSettingsDialog() {
  const { client } = useChat();
  const { close, text } = useDialog();
  const roomId = text("roomId");
  const room = useValue(client.rooms.room(roomId));
  const [page, setPage] = useState(text("page") || "general");
  const opener = useOpener();
  const sheet = useRef<HTMLDivElement>(null);
  const index = useRef<HTMLDivElement>(null);
  useRevealed(index, "[data-active]", page);
  const isSpace = room?.isSpace ?? false;
  const pages = PAGES.filter(({ name }) => !(isSpace && NOT_OF_SPACES.includes(name)));
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && close()}>
      <Dialog.Portal>
        {/* Nothing is pressed by chance: the first button would be the one that closes. */}
        <Dialog.Popup ref={sheet} initialFocus={sheet} finalFocus={opener} className={styles.sheet}>
          <Tabs.Root
            className={styles.tabs}
            orientation="vertical"
            value={page}
            onValueChange={(name) => setPage(String(name))}
          >
            <div className={styles.index}>
              <header className={styles.head}>
                <div className={styles.heading}>
                  <Dialog.Title className={styles.title}>
                    <bdi>{room?.name ?? t("rooms.room_gone")}</bdi>
                  </Dialog.Title>
                  <Dialog.Description className={styles.subtitle}>
                    {t(isSpace ? "dialogs.space_settings_title" : "dialogs.room_settings_title")}
                  </Dialog.Description>
                </div>
                <IconButton icon="x" label={t("dialogs.close")} onClick={close} />
              </header>
              <Tabs.List ref={index} className={styles.entries}>
                {pages.map(({ name, title }) => (
                  <Tabs.Tab key={name} value={name} className={styles.entry}>
                    {t(title)}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
            </div>
            <div className={styles.main}>
              {room === null && <EmptyState icon="door-open" title={t("rooms.room_gone")} />}
              {room !== null &&
                pages.map(({ name, title, Content }) => (
                  <Tabs.Panel key={name} value={name} className={styles.content}>
                    <h2 className={styles.pageTitle}>{t(title)}</h2>
                    <Guarded>
                      <Suspense fallback={<Skeleton rows={5} />}>
                        <Content roomId={roomId} />
                      </Suspense>
                    </Guarded>
                  </Tabs.Panel>
                ))}
            </div>
          </Tabs.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
