import en from "@shared/generated/words/en.json";

type Text = string | { readonly one: string; readonly other: string };
type Catalogue = Readonly<Record<string, Text>>;

/** The name of a text in `client_shared/words`. */
export type WordId = keyof typeof en;
export type Language = "en" | "de";

/** What is loaded; others are loaded when they are spoken, since nobody needs them all. */
const CATALOGUES: Record<Language, Catalogue | null> = { en, de: null };

const LOADERS: Readonly<Record<Language, () => Promise<{ readonly default: Catalogue }>>> = {
  en: () => Promise.resolve({ default: en }),
  de: () => import("@shared/generated/words/de.json"),
};

let language: Language = "en";
let plurals = new Intl.PluralRules(language);
let numbers = new Intl.NumberFormat(language);

/** Speak a language from now on, once its words are there; what is shown already must be drawn again. */
export async function setLanguage(wanted: Language): Promise<void> {
  CATALOGUES[wanted] ??= (await LOADERS[wanted]()).default;
  language = wanted;
  plurals = new Intl.PluralRules(wanted);
  numbers = new Intl.NumberFormat(wanted);
}

/** Return the language that is spoken. */
export function currentLanguage(): Language {
  return language;
}

/** Return the reader's own locale where it speaks the language: dates and clocks are written as they are used to. */
export function readersLocale(): string {
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
}

/** Return the first of the reader's languages that there are words in. */
export function preferredLanguage(languages: readonly string[]): Language {
  const known = languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((tag): tag is Language => tag in CATALOGUES) ?? "en";
}

/**
 * Return a text: `{0}`, `{1}` … stand for the values in order; with `{ n }`, the text for that number, `{n}`
 * filled in. An id that nobody knows comes back as it is, so that a fault is seen and nothing breaks.
 */
export function t(id: WordId, ...values: readonly (string | number | { readonly n: number })[]): string {
  const text = CATALOGUES[language]?.[id] ?? en[id];
  if (text === undefined) return id;
  const count = values.find((value): value is { readonly n: number } => typeof value === "object");
  const plain = values.filter((value) => typeof value !== "object");
  const form = typeof text === "string" ? text : formFor(text, count?.n ?? 0);
  return form.replace(/\{(\d+|n)\}/g, (whole, name: string) => {
    const value = name === "n" ? count?.n : plain[Number(name)];
    return value === undefined ? whole : asText(value);
  });
}

function formFor(text: { readonly one: string; readonly other: string }, n: number): string {
  return plurals.select(n) === "one" ? text.one : text.other;
}

function asText(value: string | number): string {
  return typeof value === "number" ? numbers.format(value) : value;
}
