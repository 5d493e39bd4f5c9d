/** People in browsers: each has one of their own, with nothing of another's in it. */

import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, type BrowserContext, type ConsoleMessage, chromium, type Page } from "playwright-core";

export const SERVER = process.env.PARLOUR_URL ?? "http://127.0.0.1:8008";
const CHROMIUM = process.env.PARLOUR_CHROMIUM ?? "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-quic",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];
/** A server on the internet that a test plays itself, and where: `chat.example:443 127.0.0.1:8443`. */
const ELSEWHERE = process.env.PARLOUR_ELSEWHERE;
const MAPPED = ELSEWHERE === undefined ? [] : [`--host-resolver-rules=MAP ${ELSEWHERE}`];
/** The browser is not told of an authority of the tests' own, only what else runs here is. */
const TRUST =
  process.env.NODE_EXTRA_CA_CERTS === undefined && ELSEWHERE === undefined
    ? []
    : ["--ignore-certificate-errors"];
const PATIENCE_MS = 60_000;

export interface Person {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong in the page so far: uncaught errors, and what its security policy refused. */
  readonly faults: readonly string[];
}

/**
 * Open a browser that `use` may open people's windows in, and close it in any case. `more` are arguments for it beside
 * those that all have.
 */
export async function withBrowser(
  use: (browser: Browser) => Promise<void>,
  more: readonly string[] = [],
): Promise<void> {
  const args = [...ARGUMENTS, ...MAPPED, ...TRUST, ...more];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  try {
    await use(browser);
    if (findings.length > 0) throw new Error("axe found something");
  } catch (error) {
    // First, since what the windows show is long and may be cut.
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await tellWhatIsShown(browser);
    process.stderr.write(findings.join("\n"));
    throw error;
  } finally {
    await browser.close();
  }
}

const TOLD_CHARACTERS = 4_000;

/** Say what each window shows, for whoever has to find out why a test failed. */
async function tellWhatIsShown(browser: Browser): Promise<void> {
  for (const context of browser.contexts()) {
    for (const page of context.pages()) {
      const shown = await page.locator("body").ariaSnapshot().catch(String);
      process.stderr.write(`\n--- ${page.url()}\n${shown.slice(-TOLD_CHARACTERS)}\n`);
    }
  }
}

export interface Wishes {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "light" | "dark";
  readonly locale?: string;
  /** The pages' security policy does not hold: what it would catch shows. */
  readonly hasNoPolicy?: boolean;
}

/** Give somebody a browser of their own. */
export async function newPerson(browser: Browser, name: string, wishes: Wishes = {}): Promise<Person> {
  const context = await browser.newContext({
    baseURL: SERVER,
    viewport: { width: wishes.width ?? 1440, height: wishes.height ?? 900 },
    colorScheme: wishes.theme ?? "light",
    locale: wishes.locale ?? "en-GB",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    bypassCSP: wishes.hasNoPolicy ?? false,
    permissions: ["clipboard-read", "clipboard-write", "notifications"],
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`${name}: ${error.message}`));
  page.on("console", (message) => noteRefusal(message, name, faults));
  return { name, page, context, faults };
}

function noteRefusal(message: ConsoleMessage, name: string, faults: string[]): void {
  if (message.type() === "error" && message.text().includes("Content Security Policy")) {
    faults.push(`${name}: ${message.text()}`);
  }
}

/** Fail if anything went wrong in somebody's page that nobody caught. */
export function expectNoFaults(...people: readonly Person[]): void {
  const faults = people.flatMap((person) => person.faults);
  if (faults.length > 0) throw new Error(`Faults in the page:\n${faults.join("\n")}`);
}

/** Keep a picture of a page in the folder that `PARLOUR_PICTURES` names, if it does. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.PARLOUR_PICTURES;
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}

const LOOKS = [
  { label: "1440", width: 1440, height: 900 },
  { label: "1024", width: 1024, height: 768 },
  { label: "390", width: 390, height: 844 },
] as const;

/** Little but colors is otherwise in the dark: in the other widths only they are looked at there. */
const WHOLE_IN_THE_DARK = "390";

/** What axe found on the pages that were looked at: all of it is told at the end. */
const findings: string[] = [];

/** Look at a page in all three widths and both themes: a picture of each, and axe on each. */
export async function lookAt(page: Page, name: string, inEach?: () => Promise<void>): Promise<void> {
  const before = page.viewportSize();
  for (const look of LOOKS) {
    await page.setViewportSize({ width: look.width, height: look.height });
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.evaluate(() => document.fonts.ready);
      await inEach?.();
      await picture(page, `${name}-${look.label}-${theme}`);
      const isWhole = theme === "light" || look.label === WHOLE_IN_THE_DARK;
      const found = await findFaults(page, isWhole ? null : ["color-contrast"]);
      if (found !== "") findings.push(`axe on ${name} at ${look.label}, ${theme}:\n${found}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  if (before !== null) await page.setViewportSize(before);
}

const isThorough = process.env.PARLOUR_PICTURES !== undefined || process.env.PARLOUR_THOROUGH !== undefined;

/** Look at a page in every width and theme, or, in a quick run, have axe look at it as it is. */
export async function look(page: Page, name: string): Promise<void> {
  if (isThorough) await lookAt(page, name);
  else await expectAccessible(page, name);
}

const AXE = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** Fail if axe finds anything on the page as it is. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  const found = await findFaults(page, null);
  if (found !== "") throw new Error(`axe on ${where}:\n${found}`);
}

/** Have axe look at the page by some of its rules, or by all; return what it found, in words. */
async function findFaults(page: Page, rules: readonly string[] | null): Promise<string> {
  // Evaluated, not added as a script: the page's security policy has nothing to say about that.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  // A menu floats over the page and belongs to no region of it.
  const region = { enabled: (await page.getByRole("menu").count()) === 0 };
  const options = {
    resultTypes: ["violations"],
    ...(rules === null ? { rules: { region } } : { runOnly: rules }),
  };
  const result = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResult;
  return result.violations
    .map((violation) => {
      const nodes = violation.nodes.slice(0, 4).map((node) => `    ${node.html.slice(0, 200)}`);
      return `  ${violation.id}: ${violation.help}\n${nodes.join("\n")}`;
    })
    .join("\n");
}
