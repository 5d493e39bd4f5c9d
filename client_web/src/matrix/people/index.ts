import { ClientEvent, type MatrixClient, UserEvent } from "matrix-js-sdk";
import { ask, errcodeOf, path } from "../ask";
import type { ClientContext } from "../context";
import { NotAllowed } from "../errors";
import { safeName } from "../names";
import { changeAccountData } from "../rooms/account_data";
import { pictureOf } from "../rooms/summarize";
import { asObject, asObjects, asText, asTexts } from "../shapes";
import type { Profile } from "../types";
import { MutableValue, type Value } from "../value";

export interface Presence {
  readonly state: "online" | "unavailable" | "offline";
  readonly statusMessage: string;
  readonly isActiveNow: boolean;
}

/** Profiles, presence, who is ignored, finding people. */
export interface People {
  /** Whose it is. */
  readonly userId: string;
  /** The account's own profile, kept up to date. */
  readonly own: Value<Profile>;
  readonly ignored: Value<readonly string[]>;
  /** Ask for a profile, unless it was asked for within the last ten minutes. */
  profile(userId: string): Promise<Profile>;
  /** What is known of somebody now: as a room has them, else the id alone. */
  known(userId: string): Profile;
  /** As sync told it last; null where it did not. */
  presence(userId: string): Presence | null;
  isIgnored(userId: string): boolean;
  ignore(userId: string): Promise<void>;
  unignore(userId: string): Promise<void>;
  /** Search the server's user directory. */
  search(term: string): Promise<readonly Profile[]>;
  /** People one has a direct chat with or shares a room with, the nearest first; at most a few hundred. */
  acquaintances(): readonly Profile[];
  /** Ask which rooms one shares with somebody. */
  mutualRooms(userId: string): Promise<readonly string[]>;
  /** Tell the server's admins of somebody. */
  report(userId: string, reason: string): Promise<void>;
  setName(name: string): Promise<void>;
  /** An mxc address; null takes the picture away. */
  setAvatar(mxc: string | null): Promise<void>;
  setPresence(state: "online" | "offline", statusMessage: string): Promise<void>;
}

const IGNORED = "m.ignored_user_list";
const FRESH_MS = 600_000;
const MOST_FOUND = 50;
const MOST_KNOWN = 300;
const MOST_PAGES = 20;
const USER_ID = /^@[^:\s]*:[^\s]+$/;

/** Make it for one account's client. */
export function createPeople(sdk: MatrixClient, context: ClientContext): People {
  const { userId } = context;
  const ignored = new MutableValue<readonly string[]>(readIgnored(sdk));
  const own = new MutableValue<Profile>(knownProfile(sdk, userId));
  const fetched = new Map<string, { readonly profile: Profile; readonly atMs: number }>();
  follow(sdk, context, own, ignored);

  const profile = async (wanted: string) => {
    const kept = fetched.get(wanted);
    if (kept !== undefined && Date.now() - kept.atMs < FRESH_MS) return kept.profile;
    const answer = await ask(sdk, "GET", path`/profile/${wanted}`);
    const found = readProfile(wanted, answer.displayname, answer.avatar_url);
    fetched.set(wanted, { profile: found, atMs: Date.now() });
    return found;
  };
  const refreshOwn = async () => {
    fetched.delete(userId);
    own.set(await profile(userId));
  };
  const setIgnored = async (other: string, isIgnored: boolean) => {
    if (!USER_ID.test(other)) throw new NotAllowed("no user id", "no_user_id");
    await changeAccountData(sdk, IGNORED, (content) => {
      const { [other]: _, ...others } = asObject(content.ignored_users);
      return { ...content, ignored_users: isIgnored ? { ...others, [other]: {} } : others };
    });
  };
  const endOwn = context.sync.subscribe(() => {
    // A profile that cannot be had now is had later; what is known of it is shown until then.
    if (context.sync.get() === "live" && !fetched.has(userId)) refreshOwn().catch(() => undefined);
  });
  context.onStop(endOwn);

  return {
    userId,
    own,
    ignored,
    profile,
    known: (other) => fetched.get(other)?.profile ?? knownProfile(sdk, other),
    presence: (other) => readPresence(sdk, other),
    isIgnored: (other) => ignored.get().includes(other),
    ignore: (other) => setIgnored(other, true),
    unignore: (other) => setIgnored(other, false),
    search: async (term) => {
      const answer = await ask(sdk, "POST", "/user_directory/search", {
        body: { search_term: term, limit: MOST_FOUND },
      });
      return asObjects(answer.results)
        .slice(0, MOST_FOUND)
        .filter((entry) => USER_ID.test(asText(entry.user_id, 255)))
        .map((entry) => readProfile(asText(entry.user_id, 255), entry.display_name, entry.avatar_url));
    },
    acquaintances: () => acquaintances(sdk),
    mutualRooms: (other) => mutualRooms(sdk, other),
    report: async (other, reason) => {
      await ask(sdk, "POST", path`/users/${other}/report`, { body: { reason } });
    },
    setName: async (name) => {
      await ask(sdk, "PUT", path`/profile/${userId}/displayname`, { body: { displayname: name } });
      await refreshOwn();
    },
    setAvatar: async (mxc) => {
      await ask(sdk, "PUT", path`/profile/${userId}/avatar_url`, { body: { avatar_url: mxc ?? "" } });
      await refreshOwn();
    },
    setPresence: async (state, statusMessage) => {
      const body = { presence: state, status_msg: statusMessage };
      await ask(sdk, "PUT", path`/presence/${userId}/status`, { body });
    },
  };
}

function follow(
  sdk: MatrixClient,
  context: ClientContext,
  own: MutableValue<Profile>,
  ignored: MutableValue<readonly string[]>,
): void {
  const onAccountData = (event: { getType(): string }) => {
    if (event.getType() === IGNORED) ignored.set(readIgnored(sdk));
  };
  const onUser = (_: unknown, user: { userId: string }) => {
    if (user.userId === context.userId) own.set(knownProfile(sdk, context.userId));
  };
  sdk.on(ClientEvent.AccountData, onAccountData);
  sdk.on(UserEvent.DisplayName, onUser);
  sdk.on(UserEvent.AvatarUrl, onUser);
  context.onStop(() => {
    sdk.off(ClientEvent.AccountData, onAccountData);
    sdk.off(UserEvent.DisplayName, onUser);
    sdk.off(UserEvent.AvatarUrl, onUser);
  });
}

function knownProfile(sdk: MatrixClient, userId: string): Profile {
  const user = sdk.getUser(userId);
  // A name that the SDK made up of the id says no more than the id.
  const name = user?.rawDisplayName ?? (user?.displayName === userId ? "" : user?.displayName);
  return readProfile(userId, name, user?.avatarUrl);
}

function readProfile(userId: string, name: unknown, avatarUrl: unknown): Profile {
  return { userId, name: safeName(name) || userId, avatar: pictureOf(avatarUrl) };
}

function readIgnored(sdk: MatrixClient): readonly string[] {
  return Object.keys(asObject(asObject(sdk.getAccountData(IGNORED as never)?.getContent()).ignored_users));
}

function readPresence(sdk: MatrixClient, userId: string): Presence | null {
  const user = sdk.getUser(userId);
  if (!user?.events.presence) return null;
  const state = user.presence === "online" || user.presence === "unavailable" ? user.presence : "offline";
  return { state, statusMessage: safeName(user.presenceStatusMsg), isActiveNow: user.currentlyActive };
}

/** Those one talks to alone, then everybody of small rooms. */
function acquaintances(sdk: MatrixClient): readonly Profile[] {
  const me = sdk.getSafeUserId();
  const direct = Object.keys(asObject(sdk.getAccountData("m.direct" as never)?.getContent()));
  const found = new Set(direct.filter((userId) => USER_ID.test(userId)));
  const rooms = sdk.getRooms().filter((room) => room.getMyMembership() === "join");
  rooms.sort((a, b) => a.getJoinedMemberCount() - b.getJoinedMemberCount());
  for (const room of rooms) {
    if (found.size >= MOST_KNOWN) break;
    for (const member of room.getMembers().slice(0, 50))
      if (member.membership === "join") found.add(member.userId);
  }
  found.delete(me);
  return [...found].slice(0, MOST_KNOWN).map((userId) => knownProfile(sdk, userId));
}

/** Spec: https://spec.matrix.org/v1.19/client-server-api/#mutual-rooms */
async function mutualRooms(sdk: MatrixClient, userId: string): Promise<readonly string[]> {
  const rooms = new Set<string>();
  let since: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await mutualPage(sdk, userId, since);
    for (const roomId of asTexts(answer.joined)) rooms.add(roomId);
    since = asText(answer.next_batch ?? answer.next_batch_token) || undefined;
    if (since === undefined) break;
  }
  return [...rooms];
}

async function mutualPage(sdk: MatrixClient, userId: string, since: string | undefined) {
  try {
    const query = { user_id: userId, from: since };
    return await ask(sdk, "GET", "/mutual_rooms", { query, prefix: "/_matrix/client/v1" });
  } catch (error) {
    if (errcodeOf(error) !== "M_UNRECOGNIZED") throw error;
    const query = { user_id: userId, batch_token: since };
    const prefix = "/_matrix/client/unstable/uk.half-shot.msc2666/user";
    return ask(sdk, "GET", "/mutual_rooms", { query, prefix });
  }
}
