import { withoutDirection } from "./names";

/** What a Matrix link points at. */
export interface MatrixLink {
  readonly kind: "user" | "room" | "alias";
  readonly identifier: string;
  readonly eventId: string;
  /** Servers that may know the room. */
  readonly via: readonly string[];
  /** "join" or "chat" where the link asks for it; nothing is done without the user. */
  readonly action: string;
}

/** An address in text: `text.slice(start, end)` leads to `target`. */
export interface FoundLink {
  readonly start: number;
  readonly end: number;
  readonly target: string;
}

const MAX_ID = 255;
const MAX_VIA = 10;
const MAX_LINKS = 500;
const OPENABLE = new Set(["https:", "http:", "mailto:"]);
const MATRIX_TO = /^https?:\/\/(?:www\.)?matrix\.to\/#\/(.*)$/i;
const SIGILS: Readonly<Record<string, string>> = { u: "@", user: "@", r: "#", room: "#", roomid: "!" };
const KINDS: Readonly<Record<string, MatrixLink["kind"]>> = { "@": "user", "!": "room", "#": "alias" };
const WEB = /(?<![\p{L}\p{N}_])(?:https?:\/\/|matrix:|mailto:|www\.)[^\s<>"'`\u2018-\u201f\u00ab\u00bb]+/giu;
const IDENTIFIER = /(?<![\w/@#:.-])[@#][A-Za-z0-9._=/+-]+:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d{1,5})?/g;
const TRAILING = ".,:;!?\"'*_~";
const OPENING: ReadonlyMap<string, string> = new Map([
  [")", "("],
  ["]", "["],
  ["}", "{"],
]);
// biome-ignore lint/suspicious/noControlCharactersInRegex: addresses with them are refused
const UNREADABLE = /[\s\u0000-\u001f\u007f-\u009f]/;

/** Return what a `matrix:` URI or a matrix.to link points at; nothing where it is neither, or malformed. */
export function parseMatrixLink(address: string): MatrixLink | undefined {
  if (address.length > 4096) return undefined;
  try {
    if (/^matrix:/i.test(address)) return fromUri(address.slice(7));
    const match = MATRIX_TO.exec(address);
    return match ? fromMatrixTo(match[1]!) : undefined;
  } catch {
    return undefined; // a broken percent escape: the address points nowhere
  }
}

/** Return the spelling of a Matrix link that every client and browser understands. */
export function matrixTo(identifier: string, eventId = "", via: readonly string[] = []): string {
  const query = via.length ? `?${via.map((server) => `via=${encodeURIComponent(server)}`).join("&")}` : "";
  return `https://matrix.to/#/${escaped(identifier)}${eventId ? `/${escaped(eventId)}` : ""}${query}`;
}

/** Return the addresses in text, in order: web, mail, Matrix, and people and rooms by their id. */
export function findLinks(text: string): readonly FoundLink[] {
  const found: FoundLink[] = [];
  for (const match of text.matchAll(WEB)) {
    const shown = withoutTrailing(match[0]);
    const target = /^www\./i.test(shown) ? `https://${shown}` : shown;
    if (hasTarget(target)) found.push({ start: match.index, end: match.index + shown.length, target });
    if (found.length >= MAX_LINKS) break;
  }
  const web = found.length;
  for (const match of text.matchAll(IDENTIFIER)) {
    if (found.length >= MAX_LINKS * 2) break;
    const [start, name] = [match.index, withoutTrailing(match[0])];
    const taken = found
      .slice(0, web)
      .some((link) => link.start < start + match[0].length && start < link.end);
    if (!taken) found.push({ start, end: start + name.length, target: matrixTo(name) });
  }
  return found.sort((one, other) => one.start - other.start);
}

/** Tell whether an address may be opened: a known scheme, a host, nothing invisible in it. */
export function mayOpen(address: string): boolean {
  if (address !== withoutDirection(address) || UNREADABLE.test(address)) return false;
  const url = URL.parse(address);
  if (url === null || !OPENABLE.has(url.protocol)) return false;
  return url.protocol === "mailto:" ? url.pathname !== "" : url.hostname !== "";
}

/** Tell whether a link's words are the address of another host than it leads to. */
export function misleads(label: string, address: string): boolean {
  const shown = withoutTrailing(withoutDirection(label).trim());
  if (!/^(?:https?:\/\/)?[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+(?:[:/?#]\S*)?$/iu.test(shown)) return false;
  const claimed = URL.parse(shown.includes("://") ? shown : `https://${shown}`)?.hostname ?? "";
  const real = URL.parse(address)?.hostname ?? "";
  return claimed.replace(/^www\./, "") !== real.replace(/^www\./, "");
}

/** Return the web addresses in text that may be previewed, at most three; none that lead into Matrix. */
export function previewable(targets: Iterable<string>): readonly string[] {
  const web = [...targets].filter(
    (address) => /^https?:\/\//i.test(address) && mayOpen(address) && !parseMatrixLink(address),
  );
  return [...new Set(web)].slice(0, 3);
}

function fromUri(rest: string): MatrixLink | undefined {
  const [path = "", query = ""] = rest.split("#", 1)[0]!.split("?", 2);
  const parts = path.replace(/^\/\//, "").split("/").map(decodeURIComponent);
  const sigil = SIGILS[parts[0] ?? ""];
  if ((parts.length !== 2 && parts.length !== 4) || sigil === undefined || !parts[1]) return undefined;
  if (parts.length === 2) return checked(sigil + parts[1], "", query);
  return ["e", "event"].includes(parts[2]!) && parts[3]
    ? checked(sigil + parts[1], `$${parts[3]}`, query)
    : undefined;
}

function fromMatrixTo(rest: string): MatrixLink | undefined {
  const [path = "", query = ""] = rest.split("?", 2);
  const slash = path.indexOf("/");
  const [identifier, eventId] = slash < 0 ? [path, ""] : [path.slice(0, slash), path.slice(slash + 1)];
  return checked(decodeURIComponent(identifier), decodeURIComponent(eventId), query);
}

function checked(identifier: string, eventId: string, query: string): MatrixLink | undefined {
  const kind = KINDS[identifier.slice(0, 1)];
  if (kind === undefined || !isWellFormed(identifier) || (eventId && kind === "user")) return undefined;
  // Rooms of version 12 have ids without a server.
  if (kind !== "room" && !identifier.includes(":")) return undefined;
  if (eventId && (!eventId.startsWith("$") || !isWellFormed(eventId))) return undefined;
  const asked = new URLSearchParams(query.slice(0, 2048));
  const via = asked
    .getAll("via")
    .slice(0, MAX_VIA)
    .filter((server) => /^[\w.:[\]-]{1,255}$/.test(server));
  const action = asked.get("action") ?? "";
  return { kind, identifier, eventId, via, action: action === "join" || action === "chat" ? action : "" };
}

function isWellFormed(identifier: string): boolean {
  const length = identifier.length;
  return (
    length > 1 &&
    length <= MAX_ID &&
    identifier === withoutDirection(identifier) &&
    !UNREADABLE.test(identifier)
  );
}

function escaped(identifier: string): string {
  return encodeURIComponent(identifier)
    .replace(/%40/g, "@")
    .replace(/%3A/g, ":")
    .replace(/%24/g, "$")
    .replace(/%23/g, "#");
}

/** An address ends before the punctuation of its sentence, and before a bracket it did not open. */
function withoutTrailing(address: string): string {
  const counts = new Map<string, number>();
  for (const character of address) counts.set(character, (counts.get(character) ?? 0) + 1);
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address[end - 1]!;
    const opening = OPENING.get(last);
    const isUnopened = opening !== undefined && counts.get(last)! > (counts.get(opening) ?? 0);
    if (!TRAILING.includes(last) && !isUnopened) break;
    counts.set(last, counts.get(last)! - 1);
  }
  return address.slice(0, end);
}

function hasTarget(target: string): boolean {
  if (/^matrix:/i.test(target)) return parseMatrixLink(target) !== undefined;
  const url = URL.parse(target);
  if (url === null) return false;
  return url.protocol === "mailto:" ? url.pathname.includes("@") : url.hostname !== "";
}
