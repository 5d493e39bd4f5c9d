import type { Check } from "../../matrix/admin/checks";
import { t, type WordId } from "../../words";

/** Which values a finding's text names, in the order in which the texts count them. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  name_fine: ["name"],
  name_local: ["name"],
  name_address: ["name"],
  address_fine: ["url"],
  address_unset: ["url"],
  address_plain: ["url"],
  address_unreachable: ["url", "reason"],
  address_other: ["url", "reason"],
  certificate_fine: ["host", "until"],
  certificate_ends: ["host", "until", "days"],
  certificate_bad: ["host", "reason"],
  well_known_fine: [],
  well_known_missing: ["url", "reason", "base_url"],
  well_known_other: ["url", "found", "base_url"],
  dns_fine: ["host", "addresses"],
  dns_missing: ["host", "reason"],
  federation_fine: ["endpoint"],
  federation_off: [],
  federation_local: ["name"],
  federation_unreachable: ["name", "reason"],
  mail_fine: ["host"],
  mail_off: [],
  mail_refused: ["host", "reason"],
  registration_token: [],
  registration_closed: [],
  registration_guarded: [],
  registration_open: [],
  no_answer: ["seconds"],
};

/** Return what a check came to in the reader's language; the server's own words for what is new to us. */
export function wordsOf(check: Check): string {
  return translated(check, "words") ?? check.words;
}

/** Return what to do about it; empty where nothing is to be done. */
export function adviceOf(check: Check): string {
  return check.advice && (translated(check, "advice") ?? check.advice);
}

function translated(check: Check, part: "words" | "advice"): string | null {
  const names = VALUES[check.finding];
  if (names === undefined) return null;
  const id = `admin.finding.${check.finding}.${part}`;
  const text = t(id as WordId, ...names.map((name) => check.values[name] ?? ""));
  return text === id ? null : text;
}
