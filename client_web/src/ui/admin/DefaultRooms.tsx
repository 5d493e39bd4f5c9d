import { type FormEvent, useState } from "react";
import { type DefaultRoom, listDefaultRooms, setDefaultRooms } from "../../matrix/admin/people";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Button, IconButton, ListRow, TextField } from "../controls";
import { Card } from "./Card";
import form from "./Form.module.css";
import { LoadedView } from "./LoadedView";
import toolbar from "./Toolbar.module.css";
import { useAct } from "./useAct";

/** The rooms that new people find themselves in. */
export function DefaultRooms() {
  const { api } = useAdmin();
  const act = useAct();
  const [room, setRoom] = useState("");
  const loaded = useLoaded(() => listDefaultRooms(api), "default rooms");
  const own = (loaded.value ?? []).filter((each) => !each.isConfigured).map((each) => each.room);
  const set = async (rooms: readonly string[]): Promise<boolean> => {
    const isDone = await act.run(() => setDefaultRooms(api, rooms), t("admin.saved"));
    await loaded.reload();
    return isDone;
  };
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await set([...own, room.trim()])) setRoom("");
  };
  return (
    <Card title={t("admin.defaultRooms.title")}>
      <p className={form.note}>{t("admin.defaultRooms.text")}</p>
      <LoadedView of={loaded} rows={2}>
        {(rooms) => (
          <ul>
            {rooms.map((each) => (
              <li key={each.room}>
                <ListRow
                  title={each.name || each.room}
                  text={noteOf(each)}
                  end={
                    !each.isConfigured && (
                      <IconButton
                        small
                        icon="x"
                        label={t("admin.defaultRooms.remove", each.name || each.room)}
                        disabled={act.isBusy}
                        onClick={() => void set(own.filter((kept) => kept !== each.room))}
                      />
                    )
                  }
                />
              </li>
            ))}
          </ul>
        )}
      </LoadedView>
      <form className={toolbar.bar} onSubmit={(event) => void add(event)}>
        <TextField
          label={t("admin.defaultRooms.address")}
          labelHidden
          icon="hash"
          placeholder={t("admin.defaultRooms.hint")}
          value={room}
          onChange={setRoom}
          autoCapitalize="off"
          spellCheck={false}
          className={toolbar.grow}
        />
        <Button type="submit" busy={act.isBusy} disabled={!/^[#!]./.test(room.trim())}>
          {t("admin.defaultRooms.add")}
        </Button>
      </form>
    </Card>
  );
}

function noteOf(room: DefaultRoom): string {
  if (room.problem !== null) return t(`admin.defaultRooms.${room.problem}`);
  if (room.isConfigured) return t("admin.defaultRooms.configured");
  return room.name ? room.room : "";
}
