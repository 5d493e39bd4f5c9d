import { expect, it } from "vitest";
import { initialOf, personIndex } from "./personColor";

it("gives a person the colour that the desktop client gives", () => {
  expect(personIndex("@alice:example.org")).toBe(5);
  expect(personIndex("!room:example.org")).toBe(7);
});

it("takes the first letter as people see it", () => {
  expect(initialOf("#general")).toBe("G");
  expect(initialOf("👩‍🚀 Ada")).toBe("👩‍🚀");
  expect(initialOf("")).toBe("?");
});
