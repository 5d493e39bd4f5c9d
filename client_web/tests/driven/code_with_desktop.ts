/**
 * Somebody with two browsers, the first of which is signed in, and a desktop client: they let each other in by QR
 * codes. What happens when, `tests/web/test_code_with_desktop.py` tells over the input.
 */

import type { Page } from "playwright-core";
import { makeAccount, PASSWORD, signPersonIn } from "../support/accounts.ts";
import { expectNoFaults, newPerson, withBrowser } from "../support/browser.ts";
import {
  agreeToDevice,
  isVerified,
  scanCode,
  setUpRecovery,
  shownDigits,
  typeDigits,
} from "../support/codes.ts";
import { obey } from "../support/obey.ts";

await withBrowser(async (browser) => {
  const first = await newPerson(browser, "first");
  const second = await newPerson(browser, "second");
  let name = "";
  await obey({
    /** Make an account and its identity in the first browser. */
    async begin({ name: wanted }: { readonly name: string }) {
      name = wanted;
      await signPersonIn(first, await makeAccount(name, "Parlour on Firefox"));
      await first.page.goto("/chat");
      await setUpRecovery(first.page);
    },

    /** The first browser scans the code of a new device; answers with the digits to type there. */
    async letIn({ picture }: { readonly picture: string }) {
      await first.page.goto("/settings/devices");
      await button(first.page, "Show a code").click();
      await button(first.page, "Scan its code instead").click();
      await scanCode(first.page, Buffer.from(picture, "base64"));
      return shownDigits(first.page);
    },

    /** Agree on the server's page that the first browser offers. */
    async agree() {
      await agreeToDevice(first, name, PASSWORD);
    },

    async isLetIn() {
      await first.page.getByRole("heading", { name: "Your new device is signed in" }).waitFor();
    },

    /** The second browser shows a code; answers with a picture of it. */
    async showCode() {
      await second.page.goto("/login");
      await button(second.page, "Sign in with a QR code").click();
      return (await second.page.getByTestId("qr-code").screenshot()).toString("base64");
    },

    /** Type what the other device shows. */
    async typeDigits({ digits }: { readonly digits: string }) {
      await typeDigits(second.page, digits);
    },

    async isIn() {
      await second.page.waitForURL("/chat");
      await isVerified(second.page);
      expectNoFaults(first, second);
    },
  });
});

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}
