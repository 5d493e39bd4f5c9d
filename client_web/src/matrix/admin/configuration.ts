import { asObject, asObjects, asText } from "../shapes";
import { type AdminApi, PARLOUR } from "./api";

/** A key of the configuration, as it counts now. */
export interface Setting {
  readonly key: string;
  /** As it would stand in the file; null where it is not set, or is a secret. */
  readonly value: string | null;
  readonly meaning: string;
  readonly isSet: boolean;
  readonly isDefault: boolean;
  readonly isSecret: boolean;
}

export interface Configuration {
  readonly version: string;
  readonly python: string;
  readonly database: string;
  readonly isDatabaseEmbedded: boolean;
  readonly settings: readonly Setting[];
}

export async function loadConfiguration(api: AdminApi): Promise<Configuration> {
  const body = await api.get(`${PARLOUR}/configuration`);
  const database = asObject(body.database);
  return {
    version: asText(body.version),
    python: asText(body.python),
    database: asText(database.version),
    isDatabaseEmbedded: database.embedded === true,
    settings: asObjects(body.settings).map((setting) => ({
      key: asText(setting.key, 200),
      value: typeof setting.value === "string" ? setting.value.slice(0, 20_000) : null,
      meaning: asText(setting.meaning, 2_000),
      isSet: setting.is_set === true,
      isDefault: setting.is_default === true,
      isSecret: setting.is_secret === true,
    })),
  };
}

/** Return the settings in their tables; those outside of any come first, under an empty name. */
export function byTable(settings: readonly Setting[]): readonly (readonly [string, readonly Setting[]])[] {
  const tables = new Map<string, Setting[]>();
  for (const setting of settings) {
    const dot = setting.key.indexOf(".");
    const name = dot < 0 ? "" : setting.key.slice(0, dot);
    tables.set(name, [...(tables.get(name) ?? []), setting]);
  }
  return [...tables];
}

/** Tell whether a setting has to do with what is searched for. */
export function settingMatches(setting: Setting, term: string): boolean {
  const wanted = term.trim().toLowerCase();
  return setting.key.includes(wanted) || setting.meaning.toLowerCase().includes(wanted);
}
