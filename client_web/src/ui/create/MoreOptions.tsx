import { useState } from "react";
import { useClient } from "../../state/ChatContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Icon, Select, Switch } from "../controls";
import styles from "./CreateRoom.module.css";

interface MoreOptionsProps {
  readonly isFederated: boolean;
  /** Empty: what the server recommends. */
  readonly version: string;
  readonly onChange: (changes: { isFederated?: boolean; version?: string }) => void;
}

/** What few need, folded away. */
export function MoreOptions({ isFederated, version, onChange }: MoreOptionsProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={styles.more} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name={isOpen ? "chevron-down" : "chevron-right"} size="small" />
        {t("dialogs.create_advanced")}
      </button>
      {isOpen && (
        <>
          <Switch
            label={t("dialogs.create_federate")}
            checked={isFederated}
            onChange={(value) => onChange({ isFederated: value })}
          />
          <VersionChoice version={version} onChange={(value) => onChange({ version: value })} />
        </>
      )}
    </>
  );
}

function VersionChoice({
  version,
  onChange,
}: {
  readonly version: string;
  readonly onChange: (value: string) => void;
}) {
  const { rooms } = useClient();
  const { value } = useLoaded(() => rooms.directory.roomVersions(), "");
  if (value === undefined) return null;
  return (
    <Select
      label={t("dialogs.create_version")}
      value={version || "default"}
      onChange={(chosen) => onChange(chosen === "default" ? "" : chosen)}
      options={[
        { value: "default", label: t("dialogs.create_version_default", value.recommended) },
        ...value.stable.map((each) => ({ value: each, label: each })),
      ]}
    />
  );
}
