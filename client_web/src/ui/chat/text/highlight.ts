import type { HLJSApi, LanguageFn } from "highlight.js";

/** A run of code; `kind` names its colour. */
export interface Colored {
  readonly text: string;
  readonly kind?: "keyword" | "name" | "string" | "number" | "comment";
}

const MAX_CODE = 20_000;

const LANGUAGES: Readonly<Record<string, () => Promise<{ readonly default: LanguageFn }>>> = {
  bash: () => import("highlight.js/lib/languages/bash"),
  c: () => import("highlight.js/lib/languages/c"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  css: () => import("highlight.js/lib/languages/css"),
  diff: () => import("highlight.js/lib/languages/diff"),
  go: () => import("highlight.js/lib/languages/go"),
  ini: () => import("highlight.js/lib/languages/ini"),
  java: () => import("highlight.js/lib/languages/java"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  json: () => import("highlight.js/lib/languages/json"),
  kotlin: () => import("highlight.js/lib/languages/kotlin"),
  python: () => import("highlight.js/lib/languages/python"),
  rust: () => import("highlight.js/lib/languages/rust"),
  sql: () => import("highlight.js/lib/languages/sql"),
  typescript: () => import("highlight.js/lib/languages/typescript"),
  xml: () => import("highlight.js/lib/languages/xml"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
};
const ALIASES: Readonly<Record<string, string>> = {
  sh: "bash",
  shell: "bash",
  zsh: "bash",
  h: "c",
  "c++": "cpp",
  toml: "ini",
  js: "javascript",
  jsx: "javascript",
  py: "python",
  rs: "rust",
  ts: "typescript",
  tsx: "typescript",
  html: "xml",
  svg: "xml",
  yml: "yaml",
  kt: "kotlin",
  patch: "diff",
};
const KINDS: readonly (readonly [RegExp, Colored["kind"]])[] = [
  [/comment|quote|meta|deletion/, "comment"],
  [/string|regexp|addition|symbol/, "string"],
  [/number|literal/, "number"],
  [/title|attr|name|property|variable|type|section|selector/, "name"],
  [/keyword|built_in|operator|tag/, "keyword"],
];

let core: Promise<HLJSApi> | undefined;

/** Tell code's parts apart; all of it as one where the language is unknown or there is too much. */
export async function colored(code: string, language: string): Promise<readonly Colored[]> {
  const name = Object.hasOwn(ALIASES, language) ? ALIASES[language]! : language;
  const load = Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined;
  if (load === undefined || code.length > MAX_CODE) return [{ text: code }];
  core ??= import("highlight.js/lib/core").then((loaded) => loaded.default);
  const highlighter = await core;
  if (!highlighter.getLanguage(name)) highlighter.registerLanguage(name, (await load()).default);
  const marked = highlighter.highlight(code, { language: name, ignoreIllegals: true }).value;
  return partsOf(new DOMParser().parseFromString(marked, "text/html").body, undefined);
}

/** The highlighter answers with markup of its own making; only its texts and classes are taken over. */
function partsOf(parent: Node, kind: Colored["kind"]): readonly Colored[] {
  return [...parent.childNodes].flatMap((child) => {
    if (!(child instanceof Element))
      return [kind ? { text: child.nodeValue ?? "", kind } : { text: child.nodeValue ?? "" }];
    const own = KINDS.find(([pattern]) => pattern.test(child.className))?.[1];
    return partsOf(child, own ?? kind);
  });
}
