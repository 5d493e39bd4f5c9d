import { useState } from "react";
import {
  deleteMedia,
  listMedia,
  type MediaFile,
  type MediaKind,
  type MediaOrder,
  setQuarantined,
} from "../../matrix/admin/media";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t, type WordId } from "../../words";
import { confirm, EmptyState, IconButton, Menu, Select } from "../controls";
import { Card } from "./Card";
import { type Column, DataTable } from "./DataTable";
import { bytesText, sinceText } from "./format";
import { LoadedView } from "./LoadedView";
import { Pager } from "./Pager";
import styles from "./PeopleView.module.css";
import { Tag } from "./Tag";
import toolbar from "./Toolbar.module.css";
import { useAct } from "./useAct";

const KINDS: readonly MediaKind[] = ["all", "local", "remote", "quarantined"];
const ORDERS: readonly MediaOrder[] = ["created", "size", "last_access"];

/** All files: the newest, the largest, those that nobody asks for. */
export function MediaFiles() {
  const { api } = useAdmin();
  const [kind, setKind] = useState<MediaKind>("all");
  const [order, setOrder] = useState<MediaOrder>("created");
  const [from, setFrom] = useState(0);
  const loaded = useLoaded(() => listMedia(api, kind, order, from), JSON.stringify([kind, order, from]));
  const columns: readonly Column<MediaFile>[] = [
    { key: "file", label: t("admin.media.file"), render: (file) => <FileCell file={file} /> },
    {
      key: "quarantine",
      label: t("admin.people.standing"),
      isMinor: true,
      render: (file) => file.isQuarantined && <Tag kind="danger">{t("admin.tag.quarantined")}</Tag>,
    },
    {
      key: "age",
      label: t("admin.media.uploaded"),
      isMinor: true,
      render: (file) => sinceText(file.createdMs),
    },
    {
      key: "access",
      label: t("admin.media.lastAccess"),
      isMinor: true,
      render: (file) => sinceText(file.lastAccessMs),
    },
    { key: "size", label: t("admin.media.size"), atEnd: true, render: (file) => bytesText(file.bytes) },
    {
      key: "acts",
      label: t("admin.acts"),
      labelHidden: true,
      atEnd: true,
      render: (file) => <FileActs file={file} onChanged={loaded.reload} />,
    },
  ];
  return (
    <Card title={t("admin.media.files")}>
      <div className={toolbar.bar}>
        <Select
          label={t("admin.media.show")}
          labelHidden
          value={kind}
          onChange={(chosen) => {
            setKind(chosen);
            setFrom(0);
          }}
          options={KINDS.map((value) => ({ value, label: t(`admin.media.kind.${value}` as WordId) }))}
        />
        <Select
          label={t("admin.media.order")}
          labelHidden
          value={order}
          onChange={(chosen) => {
            setOrder(chosen);
            setFrom(0);
          }}
          options={ORDERS.map((value) => ({ value, label: t(`admin.media.by.${value}` as WordId) }))}
        />
      </div>
      <LoadedView of={loaded} rows={6}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState icon="image" title={t("admin.media.empty")} />
          ) : (
            <>
              <DataTable
                label={t("admin.media.files")}
                rows={page.items}
                columns={columns}
                keyOf={(file) => `${file.origin}/${file.id}`}
              />
              <Pager from={from} shown={page.items.length} total={page.total} onChange={setFrom} />
            </>
          )
        }
      </LoadedView>
    </Card>
  );
}

function FileCell({ file }: { readonly file: MediaFile }) {
  return (
    <span className={styles.words}>
      <span className={styles.name}>{file.name || file.type || file.id}</span>
      <span className={styles.id}>{[file.type, file.userId || file.origin].filter(Boolean).join(" · ")}</span>
    </span>
  );
}

interface FileActsProps {
  readonly file: MediaFile;
  readonly onChanged: () => Promise<void>;
}

function FileActs({ file, onChanged }: FileActsProps) {
  const { api } = useAdmin();
  const act = useAct();
  const name = file.name || file.id;
  const change = async (work: () => Promise<void>): Promise<void> => {
    if (await act.run(work, t("admin.saved"))) await onChanged();
  };
  const remove = async (): Promise<void> => {
    const question = {
      title: t("admin.media.deleteTitle", name),
      text: t("admin.media.deleteText"),
      action: t("admin.media.delete"),
      danger: true,
    };
    if (await confirm(question)) await change(() => deleteMedia(api, file));
  };
  return (
    <Menu
      align="end"
      trigger={<IconButton icon="ellipsis" label={t("admin.actsOn", name)} disabled={act.isBusy} />}
      content={[
        {
          label: t(file.isQuarantined ? "admin.media.release" : "admin.media.quarantine"),
          icon: file.isQuarantined ? "undo-2" : "shield-alert",
          onSelect: () => void change(() => setQuarantined(api, file, !file.isQuarantined)),
        },
        "separator",
        { label: t("admin.media.delete"), icon: "trash-2", danger: true, onSelect: () => void remove() },
      ]}
    />
  );
}
