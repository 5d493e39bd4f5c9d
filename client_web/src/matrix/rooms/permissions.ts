/**
 * Who may do what in a room.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#mroompower_levels
 */

/** What everything takes, and who has how much, as a room's state says; the server has the last word. */
export interface PowerLevels {
  /** Whose power is infinite: nobody before room version 12. */
  readonly creators: readonly string[];
  readonly users: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, number>>;
  readonly levels: Readonly<Record<LevelName, number>>;
  readonly notifyRoom: number;
}

export type LevelName = keyof typeof DEFAULT_LEVELS;

export const DEFAULT_LEVELS = {
  users_default: 0,
  events_default: 0,
  state_default: 50,
  ban: 50,
  kick: 50,
  redact: 50,
  invite: 0,
} as const;

const VERSIONS_WITHOUT_PRIVILEGE = 11;
const PRIVILEGED_UNSTABLE = "org.matrix.hydra.11";

type Content = Readonly<Record<string, unknown>>;

/** The rights of one person in one room. */
export class Rights {
  constructor(
    readonly userId: string,
    readonly joined: boolean,
    readonly power: PowerLevels,
  ) {}

  get ownLevel(): number {
    return this.levelOf(this.userId);
  }

  /** Give somebody's power level; Infinity for creators of rooms of version 12 and later. */
  levelOf(userId: string): number {
    if (this.power.creators.includes(userId)) return Number.POSITIVE_INFINITY;
    return this.power.users[userId] ?? this.power.levels.users_default;
  }

  levelToSend(type: string): number {
    return this.power.events[type] ?? this.power.levels.events_default;
  }

  levelToSet(type: string): number {
    return this.power.events[type] ?? this.power.levels.state_default;
  }

  maySend(type = "m.room.message"): boolean {
    return this.joined && this.ownLevel >= this.levelToSend(type);
  }

  maySet(type: string): boolean {
    return this.joined && this.ownLevel >= this.levelToSet(type);
  }

  /** Tell whether one may redact an event of `sender`; of anybody where that is left out. */
  mayRedact(sender?: string): boolean {
    const own = sender === this.userId;
    return this.maySend("m.room.redaction") && (own || this.ownLevel >= this.power.levels.redact);
  }

  mayInvite(): boolean {
    return this.joined && this.ownLevel >= this.power.levels.invite;
  }

  /** Tell whether one may remove somebody: only those who have less power. */
  mayKick(target?: string): boolean {
    return this.mayRemove("kick", target);
  }

  mayBan(target?: string): boolean {
    return this.mayRemove("ban", target);
  }

  /** Tell whether one may lift a ban, which needs the right to kick as well. */
  mayUnban(target?: string): boolean {
    return this.mayRemove("ban", target) && this.mayRemove("kick", target);
  }

  mayMentionRoom(): boolean {
    return this.maySend() && this.ownLevel >= this.power.notifyRoom;
  }

  /** Tell whether one may give somebody this level: not above one's own, nor to one's equals. */
  maySetLevel(target: string, level: number): boolean {
    if (!this.maySet("m.room.power_levels") || this.power.creators.includes(target)) return false;
    if (level > this.ownLevel) return false;
    return target === this.userId || this.levelOf(target) < this.ownLevel;
  }

  private mayRemove(act: "kick" | "ban", target?: string): boolean {
    if (!this.joined || this.ownLevel < this.power.levels[act]) return false;
    return target === undefined || this.levelOf(target) < this.ownLevel;
  }
}

/** Read them from `m.room.create` (its sender and content) and the content of `m.room.power_levels`. */
export function readPowerLevels(
  create: { readonly sender: string; readonly content: Content },
  powerLevels: Content | undefined,
): PowerLevels {
  const makers = roomCreators(create);
  const privileged = hasPrivilegedCreators(create.content);
  const creators = privileged ? makers : [];
  if (powerLevels === undefined) {
    const users = privileged ? {} : Object.fromEntries(makers.map((maker) => [maker, 100]));
    return { creators, users, events: {}, levels: DEFAULT_LEVELS, notifyRoom: 50 };
  }
  const names = Object.keys(DEFAULT_LEVELS) as LevelName[];
  const levels = Object.fromEntries(
    names.map((name) => [name, level(powerLevels[name], DEFAULT_LEVELS[name])]),
  ) as Record<LevelName, number>;
  return {
    creators,
    users: levelsOf(powerLevels.users),
    events: levelsOf(powerLevels.events),
    levels,
    notifyRoom: level(asObject(powerLevels.notifications).room, 50),
  };
}

/**
 * Give who made the room, as its version counts.
 *
 * Spec: https://spec.matrix.org/v1.19/rooms/v12/#room-creators
 */
export function roomCreators(create: {
  readonly sender: string;
  readonly content: Content;
}): readonly string[] {
  if (!hasPrivilegedCreators(create.content)) return create.sender === "" ? [] : [create.sender];
  const more = create.content.additional_creators;
  const others = Array.isArray(more) ? more.filter((each): each is string => typeof each === "string") : [];
  return [...new Set([create.sender, ...others])].filter((each) => each !== "");
}

/** Tell whether creators have infinite power: from version 12 on. */
export function hasPrivilegedCreators(createContent: Content): boolean {
  const version = typeof createContent.room_version === "string" ? createContent.room_version : "1";
  if (version === PRIVILEGED_UNSTABLE) return true;
  return /^\d+$/.test(version) && Number(version) > VERSIONS_WITHOUT_PRIVILEGE;
}

function levelsOf(value: unknown): Record<string, number> {
  return Object.fromEntries(Object.entries(asObject(value)).map(([name, each]) => [name, level(each, 0)]));
}

/** Read a level, which old rooms may hold as a string. */
function level(value: unknown, fallback: number): number {
  if (typeof value === "string" && value.length <= 17 && /^\s*[+-]?\d+\s*$/.test(value)) return Number(value);
  return typeof value === "number" && Number.isInteger(value) ? value : fallback;
}

function asObject(value: unknown): Content {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Content) : {};
}
