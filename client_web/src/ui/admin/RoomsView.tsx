import { useDeferredValue, useState } from "react";
import { type AdminRoom, listRooms, type RoomOrder } from "../../matrix/admin/rooms";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t, type WordId } from "../../words";
import { Avatar, EmptyState, Select, TextField } from "../controls";
import { Card } from "./Card";
import { type Column, DataTable } from "./DataTable";
import { number } from "./format";
import { LoadedView } from "./LoadedView";
import { Pager } from "./Pager";
import styles from "./PeopleView.module.css";
import tags from "./PersonTags.module.css";
import { Tag } from "./Tag";
import toolbar from "./Toolbar.module.css";

const ORDERS: readonly RoomOrder[] = ["name", "joined_members", "joined_local_members", "state_events"];

/** The rooms that this server knows. */
export function RoomsView() {
  const { api } = useAdmin();
  const [term, setTerm] = useState("");
  const [order, setOrder] = useState<RoomOrder>("joined_members");
  const [from, setFrom] = useState(0);
  const wanted = useDeferredValue(term.trim());
  const loaded = useLoaded(() => listRooms(api, wanted, order, from), JSON.stringify([wanted, order, from]));
  return (
    <Card>
      <div className={toolbar.bar}>
        <TextField
          label={t("admin.rooms.search")}
          labelHidden
          icon="search"
          placeholder={t("admin.rooms.search")}
          value={term}
          onChange={(text) => {
            setTerm(text);
            setFrom(0);
          }}
          className={toolbar.grow}
        />
        <Select
          label={t("admin.rooms.order")}
          labelHidden
          value={order}
          onChange={(chosen) => {
            setOrder(chosen);
            setFrom(0);
          }}
          options={ORDERS.map((value) => ({ value, label: t(`admin.rooms.by.${value}` as WordId) }))}
        />
      </div>
      <LoadedView of={loaded} rows={8}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState
              icon="messages-square"
              title={t(wanted ? "admin.rooms.noMatch" : "admin.rooms.empty")}
            />
          ) : (
            <>
              <DataTable
                label={t("admin.part.rooms")}
                rows={page.items}
                columns={columns()}
                keyOf={(room) => room.id}
                hrefOf={(room) => `/admin/rooms/${encodeURIComponent(room.id)}`}
              />
              <Pager from={from} shown={page.items.length} total={page.total} onChange={setFrom} />
            </>
          )
        }
      </LoadedView>
    </Card>
  );
}

function RoomCell({ room }: { readonly room: AdminRoom }) {
  return (
    <span className={styles.person}>
      <Avatar id={room.id} name={room.name} shape="square" />
      <span className={styles.words}>
        <span className={styles.name}>{room.name}</span>
        <span className={styles.id}>{room.name === room.alias ? room.id : room.alias || room.id}</span>
      </span>
    </span>
  );
}

/** What kind of room it is. */
export function RoomTags({ room }: { readonly room: AdminRoom }) {
  return (
    <span className={tags.tags}>
      {room.isSpace && <Tag>{t("admin.tag.space")}</Tag>}
      {room.isPublished && <Tag kind="accent">{t("admin.tag.published")}</Tag>}
      {room.isEncrypted && <Tag>{t("admin.tag.encrypted")}</Tag>}
    </span>
  );
}

function columns(): readonly Column<AdminRoom>[] {
  return [
    { key: "room", label: t("admin.rooms.room"), render: (room) => <RoomCell room={room} /> },
    { key: "tags", label: t("admin.rooms.kind"), isMinor: true, render: (room) => <RoomTags room={room} /> },
    {
      key: "local",
      label: t("admin.rooms.ours"),
      isMinor: true,
      atEnd: true,
      render: (room) => number(room.localMembers),
    },
    { key: "members", label: t("admin.rooms.members"), atEnd: true, render: (room) => number(room.members) },
  ];
}
