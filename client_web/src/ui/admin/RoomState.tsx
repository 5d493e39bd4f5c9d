import { useState } from "react";
import { listState, type StateEntry } from "../../matrix/admin/rooms";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Button, TextField } from "../controls";
import { Card } from "./Card";
import form from "./Form.module.css";
import { number } from "./format";
import { LoadedView } from "./LoadedView";
import styles from "./RoomView.module.css";

const SHOWN = 100;

/** A room's current state, asked for only when somebody wants to see it: it may be long. */
export function RoomState({ roomId }: { readonly roomId: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <Card
      title={t("admin.room.state")}
      end={!isShown && <Button onClick={() => setShown(true)}>{t("admin.room.showState")}</Button>}
    >
      {isShown ? <Entries roomId={roomId} /> : <p className={form.note}>{t("admin.room.stateHint")}</p>}
    </Card>
  );
}

function Entries({ roomId }: { readonly roomId: string }) {
  const { api } = useAdmin();
  const [term, setTerm] = useState("");
  const loaded = useLoaded(() => listState(api, roomId), roomId);
  const matches = (entry: StateEntry): boolean => `${entry.type} ${entry.key}`.includes(term.trim());
  return (
    <LoadedView of={loaded} rows={6}>
      {(entries) => {
        const found = entries.filter(matches);
        return (
          <>
            <TextField
              label={t("admin.room.searchState")}
              labelHidden
              icon="search"
              placeholder={t("admin.room.searchState")}
              value={term}
              onChange={setTerm}
            />
            <div>
              {found.slice(0, SHOWN).map((entry) => (
                <details key={`${entry.type} ${entry.key}`} className={styles.entry}>
                  <summary>
                    <span className={styles.type}>{entry.type}</span>
                    <span className={styles.key}>{entry.key}</span>
                  </summary>
                  <p className={form.note}>{t("admin.room.stateBy", entry.sender)}</p>
                  {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
                  <pre className={styles.json} tabIndex={0}>
                    {entry.json}
                  </pre>
                </details>
              ))}
            </div>
            {found.length > SHOWN && (
              <p className={form.note}>{t("admin.room.more", number(found.length - SHOWN))}</p>
            )}
          </>
        );
      }}
    </LoadedView>
  );
}
