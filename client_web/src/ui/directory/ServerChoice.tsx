import { type FormEvent, useState } from "react";
import { serverOf } from "../../matrix/names";
import { useClient } from "../../state/ChatContext";
import { t } from "../../words";
import { Button, Dialog, Menu, type MenuContent, TextField } from "../controls";
import { recentServers } from "./recentServers";

interface ServerChoiceProps {
  /** Empty: one's own. */
  readonly server: string;
  readonly onChange: (server: string) => void;
}

/** Whose directory is shown. */
export function ServerChoice({ server, onChange }: ServerChoiceProps) {
  const { userId } = useClient();
  const own = serverOf(userId);
  const [known, setKnown] = useState(() => [...new Set([...(server ? [server] : []), ...recentServers()])]);
  const [isAsking, setAsking] = useState(false);
  const add = (name: string) => {
    setAsking(false);
    if (name === own) return onChange("");
    if (!known.includes(name)) setKnown([...known, name]);
    onChange(name);
  };
  const content: MenuContent = [
    { label: t("dialogs.directory_server_own", own), checked: server === "", onSelect: () => onChange("") },
    ...known.map((name) => ({ label: name, checked: name === server, onSelect: () => onChange(name) })),
    "separator",
    { label: t("dialogs.directory_server_add"), icon: "plus", onSelect: () => setAsking(true) },
  ];
  return (
    <>
      <Menu align="end" content={content} trigger={<Button icon="server">{server || own}</Button>} />
      {isAsking && <ServerDialog onClose={() => setAsking(false)} onAdd={add} />}
    </>
  );
}

interface ServerDialogProps {
  readonly onClose: () => void;
  readonly onAdd: (name: string) => void;
}

function ServerDialog({ onClose, onAdd }: ServerDialogProps) {
  const [name, setName] = useState("");
  const wanted = name.trim().toLowerCase();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted) onAdd(wanted);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("dialogs.directory_server_add")}
      actions={
        <>
          <Button onClick={onClose}>{t("dialogs.cancel")}</Button>
          <Button kind="primary" disabled={wanted === ""} onClick={() => onAdd(wanted)}>
            {t("dialogs.add")}
          </Button>
        </>
      }
    >
      <form onSubmit={submit}>
        <TextField
          autoFocus
          label={t("dialogs.directory_server_field")}
          placeholder="example.org"
          value={name}
          onChange={setName}
        />
      </form>
    </Dialog>
  );
}
