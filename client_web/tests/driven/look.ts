/** Look at the pages that anybody sees, signed in or not. */

import { expectNoFaults, lookAt, newPerson, withBrowser } from "../support/browser.ts";

await withBrowser(async (browser) => {
  const visitor = await newPerson(browser, "visitor");
  for (const [name, path] of [
    ["landing", "/"],
    ["login", "/login"],
    ["register", "/register"],
    ["not-found", "/nowhere"],
  ] as const) {
    await visitor.page.goto(path);
    await visitor.page.getByRole("heading").first().waitFor();
    await lookAt(visitor.page, name);
  }
  expectNoFaults(visitor);
});
