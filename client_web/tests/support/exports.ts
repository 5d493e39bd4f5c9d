/** Taking the history of the open room along. */

import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { chooseInHeader } from "./steps.ts";

/** Export the open room in a format, with its files or without; return what was saved. */
export async function takeAlong(page: Page, format: string, withFiles: boolean): Promise<Buffer> {
  // What the browser asks with is no part of the page.
  await page.evaluate(() => Reflect.deleteProperty(window, "showSaveFilePicker"));
  await chooseInHeader(page, "Export …");
  const dialog = page.getByRole("dialog", { name: /^Export/ });
  await dialog.getByRole("radio", { name: format }).click();
  if (withFiles) await dialog.getByRole("checkbox").click();
  const saved = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  const file = await readFile(await (await saved).path());
  await dialog.waitFor({ state: "detached" });
  return file;
}
