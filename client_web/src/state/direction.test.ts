import { afterEach, expect, test } from "vitest";
import { directionOf, stepAlong } from "./direction";

afterEach(() => {
  document.documentElement.dir = "";
});

test("the languages that there are read from left to right", () => {
  expect([directionOf("en"), directionOf("de")]).toEqual(["ltr", "ltr"]);
});

test("arrow keys go on as the page reads", () => {
  expect([stepAlong("ArrowRight"), stepAlong("ArrowLeft"), stepAlong("Enter")]).toEqual([1, -1, 0]);
  document.documentElement.dir = "rtl";
  expect([stepAlong("ArrowRight"), stepAlong("ArrowLeft"), stepAlong("Enter")]).toEqual([-1, 1, 0]);
});
