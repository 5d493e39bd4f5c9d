import { useState } from "react";
import { useChat } from "../../state/ChatContext";
import { useLoaded } from "../../state/useLoaded";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { Button, Dialog, IconButton, Select } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { ErrorLine } from "../encryption/ErrorLine";
import { copyText } from "../shell/copyText";
import type { RoomPageProps } from "./pageProps";
import { RoomPage } from "./RoomPage";

/** What few look for: ids, versions, taking the history along, reporting. */
export function AdvancedPage({ roomId }: RoomPageProps) {
  const { client, openDialog, openRoom } = useChat();
  const { close } = useDialog();
  const details = useValue(client.rooms.details(roomId));
  const mayUpgrade = useValue(client.rooms.rights(roomId)).maySet("m.room.tombstone");
  const versions = useLoaded(() => client.rooms.directory.roomVersions(), "");
  const [isUpgrading, setUpgrading] = useState(false);
  const recommended = versions.value?.recommended ?? "";
  const isOld = recommended !== "" && recommended !== details.version;
  const { predecessor } = details;
  return (
    <RoomPage>
      <Group>
        <SettingRow title={t("dialogs.advanced_id")} text={roomId}>
          <IconButton icon="copy" label={t("settings.copy")} onClick={() => void copyText(roomId)} />
        </SettingRow>
        <SettingRow title={t("dialogs.advanced_creators")} text={details.creators.join(", ")} />
        <SettingRow
          title={`${t("dialogs.advanced_version")} ${details.version}`}
          text={isOld ? t("dialogs.advanced_upgrade_text", recommended) : ""}
        >
          {mayUpgrade && versions.value && (
            <Button onClick={() => setUpgrading(true)}>{t("dialogs.advanced_upgrade")}</Button>
          )}
        </SettingRow>
        {predecessor !== null && (
          <SettingRow title={t("dialogs.advanced_predecessor")} text={predecessor}>
            <Button
              onClick={() => {
                close();
                openRoom(predecessor);
              }}
            >
              {t("dialogs.directory_open")}
            </Button>
          </SettingRow>
        )}
      </Group>
      <Group>
        <SettingRow title={t("dialogs.advanced_export")}>
          <Button onClick={() => openDialog({ kind: "exportRoom", roomId })}>
            {t("dialogs.export_submit")}
          </Button>
        </SettingRow>
        <SettingRow title={t("dialogs.report_room_title")} text={t("dialogs.report_text")}>
          <Button kind="caution" onClick={() => openDialog({ kind: "reportRoom", roomId })}>
            {t("dialogs.report_submit")}
          </Button>
        </SettingRow>
      </Group>
      {isUpgrading && versions.value && (
        <UpgradeDialog
          roomId={roomId}
          recommended={recommended}
          versions={versions.value.stable}
          onClose={() => setUpgrading(false)}
        />
      )}
    </RoomPage>
  );
}

interface UpgradeDialogProps extends RoomPageProps {
  readonly recommended: string;
  readonly versions: readonly string[];
  readonly onClose: () => void;
}

function UpgradeDialog({ roomId, recommended, versions, onClose }: UpgradeDialogProps) {
  const { client, openRoom, openDialog } = useChat();
  const [version, setVersion] = useState(recommended);
  const work = useWork();
  const upgrade = () =>
    work.act(async () => {
      const replacement = await client.rooms.upgrade(roomId, version);
      openDialog(null);
      openRoom(replacement);
    });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("dialogs.advanced_upgrade_title")}
      description={t("dialogs.advanced_upgrade_body")}
      actions={
        <>
          <Button onClick={onClose}>{t("dialogs.cancel")}</Button>
          <Button kind="primary" busy={work.busy} onClick={() => void upgrade()}>
            {t("dialogs.advanced_upgrade")}
          </Button>
        </>
      }
    >
      <ErrorLine error={work.error} />
      <Select
        label={t("dialogs.advanced_upgrade_to")}
        value={version}
        onChange={setVersion}
        options={versions.map((each) => ({ value: each, label: each }))}
      />
    </Dialog>
  );
}
