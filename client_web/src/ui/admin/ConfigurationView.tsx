import { useState } from "react";
import {
  byTable,
  type Configuration,
  loadConfiguration,
  type Setting,
  settingMatches,
} from "../../matrix/admin/configuration";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { EmptyState, Switch, TextField } from "../controls";
import { Card } from "./Card";
import styles from "./ConfigurationView.module.css";
import form from "./Form.module.css";
import { bytesText, number } from "./format";
import { LoadedView } from "./LoadedView";
import { Tag } from "./Tag";
import toolbar from "./Toolbar.module.css";

/** The configuration as it counts now; it is changed in the file or the environment. */
export function ConfigurationView() {
  const { api } = useAdmin();
  const loaded = useLoaded(() => loadConfiguration(api), "configuration");
  const [term, setTerm] = useState("");
  const [onlyChanged, setOnlyChanged] = useState(false);
  return (
    <LoadedView of={loaded} rows={8}>
      {(configuration) => {
        const found = configuration.settings.filter(
          (setting) => settingMatches(setting, term) && !(onlyChanged && setting.isDefault),
        );
        return (
          <>
            <Versions configuration={configuration} />
            <div className={toolbar.bar}>
              <TextField
                label={t("admin.configuration.search")}
                labelHidden
                icon="search"
                placeholder={t("admin.configuration.search")}
                value={term}
                onChange={setTerm}
                className={toolbar.grow}
              />
              <Switch
                label={t("admin.configuration.onlyChanged")}
                checked={onlyChanged}
                onChange={setOnlyChanged}
              />
            </div>
            <p className={form.note}>{t("admin.configuration.hint")}</p>
            {found.length === 0 && <EmptyState icon="search" title={t("admin.configuration.noMatch")} />}
            {byTable(found).map(([table, settings]) => (
              <Card key={table} title={table ? `[${table}]` : t("admin.configuration.general")}>
                <dl className={styles.settings}>
                  {settings.map((setting) => (
                    <SettingLine key={setting.key} setting={setting} />
                  ))}
                </dl>
              </Card>
            ))}
          </>
        );
      }}
    </LoadedView>
  );
}

function SettingLine({ setting }: { readonly setting: Setting }) {
  return (
    <div className={styles.setting}>
      <dt className={styles.key}>{setting.key.slice(setting.key.indexOf(".") + 1)}</dt>
      <dd className={styles.value}>
        {setting.isSecret && <Tag kind="accent">{t("admin.configuration.secret")}</Tag>}
        {setting.value !== null && <code>{setting.value}</code>}
        {!setting.isSet && <span className={form.note}>{t("admin.configuration.notSet")}</span>}
        {!setting.isDefault && !setting.isSecret && <Tag>{t("admin.configuration.changed")}</Tag>}
      </dd>
      <dd className={styles.meaning} lang="en">
        <WithCode text={setting.meaning} />
      </dd>
    </div>
  );
}

/** A text in which keys and values stand between backticks. */
function WithCode({ text }: { readonly text: string }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text stay where they are
  return text.split("`").map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part));
}

function Versions({ configuration }: { readonly configuration: Configuration }) {
  const { overview } = useAdmin();
  const workers = overview.value?.workers ?? [];
  const database = configuration.isDatabaseEmbedded
    ? "admin.configuration.embedded"
    : "admin.configuration.own";
  return (
    <Card title={t("admin.configuration.runsOn")}>
      <dl className={form.facts}>
        <dt>Parlour</dt>
        <dd>{configuration.version}</dd>
        <dt>Python</dt>
        <dd>{configuration.python}</dd>
        <dt>PostgreSQL</dt>
        <dd>{t(database, configuration.database)}</dd>
        <dt>{t("admin.configuration.workers")}</dt>
        <dd>
          {workers.map((worker) => (
            <div key={worker.name}>
              {t("admin.configuration.worker", number(worker.online), bytesText(worker.memoryBytes))}
            </div>
          ))}
        </dd>
      </dl>
    </Card>
  );
}
