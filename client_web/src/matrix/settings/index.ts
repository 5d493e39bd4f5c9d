import type { MatrixClient } from "matrix-js-sdk";
import { ask } from "../ask";
import type { ClientContext } from "../context";
import { oneLine } from "../names";
import { asObject } from "../shapes";

export {
  type Density,
  type MediaPolicy,
  type Preferences,
  preferences,
  setPreferences,
  type Theme,
} from "./preferences";

/** What belongs to the account's connection rather than to rooms or people. */
export interface Settings {
  /** Whose it is. */
  readonly userId: string;
  /** Name and version of the homeserver's software; empty where it does not say. */
  serverSoftware(): Promise<string>;
}

/** Make it for one account's client. */
export function createSettings(sdk: MatrixClient, context: ClientContext): Settings {
  return {
    userId: context.userId,
    serverSoftware: async () => {
      // What servers tell each other is told to pages of their own only.
      if (new URL(context.homeserverUrl).origin !== location.origin) return "";
      const answer = await ask(sdk, "GET", "/version", { prefix: "/_matrix/federation/v1" });
      const { name, version } = asObject(answer.server);
      return [oneLine(name, 60), oneLine(version, 60)].filter(Boolean).join(" ");
    },
  };
}
