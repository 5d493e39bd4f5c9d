import { ClientEvent, type MatrixClient } from "matrix-js-sdk";
import { ask, path, unlessMissing } from "../ask";
import type { ClientContext } from "../context";
import { MutableValue, type Value } from "../value";
import {
  addKeyword,
  type Loudness,
  type RoomLevel,
  type RuleChange,
  type RuleSet,
  readRules,
  removeKeyword,
  setRoomLevel,
  setTopic,
  type Topic,
} from "./levels";
import { type Notice, watchForNotices } from "./notices";

export {
  isSilent,
  keywords,
  type Loudness,
  type RoomLevel,
  type RuleSet,
  roomLevel,
  roomsWithLevel,
  TOPICS,
  type Topic,
  topicLoudness,
} from "./levels";
export type { Notice } from "./notices";

/** What is worth a notification, and the rules that say so. */
export interface Push {
  /** Whose it is. */
  readonly userId: string;
  /** The account's rules as sync told them last. */
  readonly rules: Value<RuleSet>;
  /** Call `listener` with what is worth a notification now. */
  onNotice(listener: (notice: Notice) => void): () => void;
  /** Set how much a room notifies. */
  setRoomLevel(roomId: string, level: RoomLevel): Promise<void>;
  /** Set how loud a kind of things is in all rooms. */
  setTopic(topic: Topic, loudness: Loudness): Promise<void>;
  addKeyword(word: string): Promise<void>;
  removeKeyword(word: string): Promise<void>;
  /** Turn all notifications off, or on again. */
  setSilent(isSilent: boolean): Promise<void>;
}

const RULES = "m.push_rules";

/** Make it for one account's client. */
export function createPush(sdk: MatrixClient, context: ClientContext): Push {
  const read = () => readRules(sdk.getAccountData(RULES as never)?.getContent());
  const rules = new MutableValue<RuleSet>(read());
  const onAccountData = (event: { getType(): string }) => {
    if (event.getType() === RULES) rules.set(read());
  };
  sdk.on(ClientEvent.AccountData, onAccountData);
  context.onStop(() => void sdk.off(ClientEvent.AccountData, onAccountData));

  const listeners = new Set<(notice: Notice) => void>();
  watchForNotices(
    sdk,
    context,
    () => rules.get(),
    (notice) => {
      for (const listener of listeners) listener(notice);
    },
  );

  const apply = async (changes: readonly RuleChange[]) => {
    for (const change of changes) await send(sdk, change);
    // What was changed a moment ago is shown at once; sync says the same a little later.
    if (changes.length > 0) rules.set(readRules(await ask(sdk, "GET", "/pushrules/")));
  };
  return {
    userId: context.userId,
    rules,
    onNotice: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setRoomLevel: (roomId, level) => apply(setRoomLevel(rules.get(), roomId, level)),
    setTopic: (topic, loudness) => apply(setTopic(rules.get(), topic, loudness)),
    addKeyword: (word) => apply(addKeyword(rules.get(), word)),
    removeKeyword: (word) => apply(removeKeyword(rules.get(), word)),
    setSilent: (isSilent) => apply([{ kind: "override", id: ".m.rule.master", isEnabled: isSilent }]),
  };
}

async function send(sdk: MatrixClient, { kind, id, body, isEnabled, actions }: RuleChange): Promise<void> {
  const rule = path`/pushrules/global/${kind}/${id}`;
  if (body === null) await unlessMissing(ask(sdk, "DELETE", rule));
  else if (body !== undefined) await ask(sdk, "PUT", rule, { body });
  if (actions !== undefined) await ask(sdk, "PUT", `${rule}/actions`, { body: { actions } });
  if (isEnabled !== undefined) await ask(sdk, "PUT", `${rule}/enabled`, { body: { enabled: isEnabled } });
}
