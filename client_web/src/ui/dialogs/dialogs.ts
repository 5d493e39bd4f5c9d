import { type ComponentType, type LazyExoticComponent, lazy } from "react";

type Loaded = Promise<{ readonly default: ComponentType }>;

function later(load: () => Loaded): LazyExoticComponent<ComponentType> {
  return lazy(load);
}

/** Every dialog by the kind that `openDialog({ kind })` names. Details are read with `useDialog`. */
export const DIALOGS: Readonly<Record<string, LazyExoticComponent<ComponentType>>> = {
  forward: later(() => import("../chat/dialogs/ForwardDialog")),
  history: later(() => import("../chat/dialogs/HistoryDialog")),
  jumpToDate: later(() => import("../chat/dialogs/DateDialog")),
  poll: later(() => import("../chat/dialogs/PollDialog")),
  remove: later(() => import("../chat/dialogs/RemoveDialog")),
  report: later(() => import("../chat/dialogs/ReportDialog")),
  source: later(() => import("../chat/dialogs/SourceDialog")),
  viewer: later(() => import("../chat/viewer/MediaViewer")),
  addRooms: later(() => import("../spaces/AddRoomsDialog")),
  createRoom: later(() => import("../create/CreateRoomDialog")),
  createSpace: later(() => import("../create/CreateSpaceDialog")),
  directory: later(() => import("../directory/DirectoryDialog")),
  exportRoom: later(() => import("../export/ExportDialog")),
  invite: later(() => import("../people/InviteDialog")),
  leaveRoom: later(() => import("../room/LeaveRoomDialog")),
  letIn: later(() => import("../qr/LetInDialog")),
  newDirect: later(() => import("../people/NewDirectDialog")),
  person: later(() => import("../person/PersonDialog")),
  quickSwitcher: later(() => import("../switcher/QuickSwitcher")),
  removeMember: later(() => import("../person/RemoveMemberDialog")),
  reportPerson: later(() => import("../person/ReportPersonDialog")),
  reportRoom: later(() => import("../person/ReportRoomDialog")),
  roomLink: later(() => import("../room/RoomLinkDialog")),
  roomSettings: later(() => import("../room_settings/RoomSettingsDialog")),
  roomState: later(() => import("../room/RoomStateDialog")),
  searchAll: later(() => import("../search/SearchDialog")),
  shortcuts: later(() => import("../settings/ShortcutsDialog")),
  spaceHome: later(() => import("../spaces/SpaceHomeDialog")),
};
