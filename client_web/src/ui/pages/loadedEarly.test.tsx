import { act, cleanup, render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, expect, test } from "vitest";
import { loadedEarly } from "./loadedEarly";

afterEach(cleanup);

const read = async () => ({ default: () => <p>the page</p> });

test("a page that is loaded is drawn at once", async () => {
  const { Page, load } = loadedEarly(read);
  await load();
  render(<Suspense fallback="loading">{<Page />}</Suspense>);
  expect(screen.getByText("the page")).toBeDefined();
});

test("a page that is not loaded yet is waited for", async () => {
  const { Page } = loadedEarly(read);
  render(<Suspense fallback="loading">{<Page />}</Suspense>);
  expect(screen.getByText("loading")).toBeDefined();
  await act(async () => undefined);
  expect(await screen.findByText("the page", {}, { timeout: 60_000 })).toBeDefined();
});

test("a page that could not be loaded is tried again when it is drawn", async () => {
  let isBroken = true;
  const { Page, load } = loadedEarly(async () => {
    if (isBroken) throw new Error("no network");
    return read();
  });
  await expect(load()).rejects.toThrow("no network");
  isBroken = false;
  render(<Suspense fallback="loading">{<Page />}</Suspense>);
  expect(await screen.findByText("the page", {}, { timeout: 60_000 })).toBeDefined();
});
