/** Mails that a server of the test's own has received, in the folder that `PARLOUR_MAILS` names. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { until } from "./steps.ts";

const FOLDER = process.env.PARLOUR_MAILS ?? "";
let read = 0;

/** Whether mails are received at all. */
export const hasMails = FOLDER !== "";

/** Follow the link of the next mail in a tab of its own, and press the button there. */
export async function confirmNextMail(page: Page): Promise<void> {
  const link = /https?:\/\/\S+/.exec(await nextMail())?.[0];
  if (link === undefined) throw new Error("there is no link in the mail");
  const other = await page.context().newPage();
  await other.goto(link);
  await other.getByRole("button").first().click();
  await other.waitForLoadState();
  await other.close();
}

/** What the next mail says. */
async function nextMail(): Promise<string> {
  read += 1;
  const file = join(FOLDER, `mail${read}.txt`);
  await until("a mail arrives", async () => existsSync(file));
  return readFileSync(file, "utf8");
}
