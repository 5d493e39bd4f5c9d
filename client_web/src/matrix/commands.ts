import { t, type WordId } from "../words";
import { COMMANDS, type CommandSpec } from "./commandTable";
import { parseMatrixLink } from "./links";

/** A command that is well-formed. Values that were not given are empty. */
export interface Command {
  readonly kind: "command";
  readonly spec: CommandSpec;
  /** By the shape's name: user, words, number, room, date, word, server. */
  readonly args: Readonly<Record<string, string>>;
  /** Servers that the room's link names. */
  readonly via: readonly string[];
}

/** A command that cannot be run; the text `command.mistake.<word>` says why. */
export interface CommandMistake {
  readonly kind: "mistake";
  readonly word: string;
  readonly name: string;
  readonly spec?: CommandSpec;
}

const BY_NAME = new Map(
  COMMANDS.flatMap((spec) => [spec.name, ...spec.aliases].map((name) => [name, spec] as const)),
);
const MENTION = /^\[[^\]]*\]\(([^)\s]+)\)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: an id has none
const USER_ID = /^@[^\s:\u0000-\u001f]{1,200}:[\w.[\]:-]{1,200}$/;
const SERVER = /^[A-Za-z0-9.-]{1,230}(?::\d{1,5})?$/;

/**
 * Understand what begins with a slash; nothing where it is no command: `//` begins a message with one slash, and a
 * command's name has letters only, so paths are text.
 */
export function parseCommand(text: string): Command | CommandMistake | undefined {
  const match = /^\/([A-Za-z]+)(?:\s+|$)/.exec(text);
  if (match === null) return undefined;
  const name = match[1]!.toLowerCase();
  const spec = BY_NAME.get(name);
  if (spec === undefined) return { kind: "mistake", word: "unknown", name };
  return readArguments(spec, text.slice(match[0].length).trim());
}

/** Return text that is no command as it is to be sent: `//` at its beginning is one slash. */
export function literal(text: string): string {
  return text.startsWith("//") ? text.slice(1) : text;
}

/** Return the commands whose name or other name begins so, in the table's order. */
export function matchingCommands(beginning: string): readonly CommandSpec[] {
  const wanted = beginning.toLowerCase();
  return COMMANDS.filter((spec) => [spec.name, ...spec.aliases].some((name) => name.startsWith(wanted)));
}

/** Return a command as it is typed, with what may follow it. */
export function commandUsage(spec: CommandSpec): string {
  return spec.shapes.length ? `/${spec.name} ${t(`command.args.${spec.name}` as WordId)}` : `/${spec.name}`;
}

/** Say what is wrong with a command. */
export function mistakeWords(mistake: CommandMistake): string {
  const usage = mistake.spec?.shapes.length ? t(`command.args.${mistake.spec.name}` as WordId) : "";
  return t(`command.mistake.${mistake.word}` as WordId, mistake.name, usage);
}

function readArguments(spec: CommandSpec, text: string): Command | CommandMistake {
  const args: Record<string, string> = {};
  let via: readonly string[] = [];
  let rest = text;
  for (const shape of spec.shapes) {
    const kind = shape.replace("?", "");
    if (!rest) {
      if (shape.endsWith("?")) continue;
      return { kind: "mistake", word: "missing", name: spec.name, spec };
    }
    if (kind === "words") {
      args.words = rest;
      rest = "";
      continue;
    }
    const value = MENTION.exec(rest)?.[0] ?? /^\S+/.exec(rest)![0];
    const read = readValue(kind, value);
    if (read === undefined) return { kind: "mistake", word: kind, name: spec.name, spec };
    args[kind] = read.value;
    via = read.via ?? via;
    rest = rest.slice(value.length).trim();
  }
  if (rest) return { kind: "mistake", word: "too_much", name: spec.name, spec };
  return { kind: "command", spec, args, via };
}

interface Read {
  readonly value: string;
  readonly via?: readonly string[];
}

function readValue(kind: string, value: string): Read | undefined {
  switch (kind) {
    case "user":
      return readUser(value);
    case "room":
      return readRoom(value);
    case "server":
      return SERVER.test(value) ? { value } : undefined;
    case "number":
      return /^-?\d{1,9}$/.test(value) ? { value } : undefined;
    case "date":
      return isDay(value) ? { value } : undefined;
    default:
      return { value };
  }
}

function readUser(value: string): Read | undefined {
  const link = linkOf(value);
  if (link !== undefined) return link.kind === "user" ? { value: link.identifier } : undefined;
  return USER_ID.test(value) ? { value } : undefined;
}

function readRoom(value: string): Read | undefined {
  const link =
    linkOf(value) ?? (/^[#!]/.test(value) ? parseMatrixLink(`https://matrix.to/#/${value}`) : undefined);
  return link !== undefined && link.kind !== "user" ? { value: link.identifier, via: link.via } : undefined;
}

function linkOf(value: string) {
  return parseMatrixLink(MENTION.exec(value)?.[1] ?? value);
}

function isDay(value: string): boolean {
  const date = new Date(`${value}T00:00:00Z`);
  return (
    /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)
  );
}
