import { expect, it } from "vitest";
import { insert, keepSelected, link, list, quote, wrap } from "./editText";

it("puts signs around what is selected, and takes them away again", () => {
  const bold = wrap({ text: "a word", start: 2, end: 6 }, "**");
  expect(bold.text).toBe("a **word**");
  expect(wrap({ text: bold.text, start: 2, end: 10 }, "**").text).toBe("a word");
});

it("leaves the cursor between signs around nothing", () => {
  expect(wrap({ text: "", start: 0, end: 0 }, "`")).toEqual({ text: "``", start: 1, end: 1 });
});

it("quotes whole lines", () => {
  expect(quote({ text: "one\ntwo", start: 5, end: 7 }).text).toBe("one\n> two");
});

it("makes a link whose address is to be written next", () => {
  expect(link({ text: "see it", start: 4, end: 6 })).toEqual({ text: "see [it]()", start: 9, end: 9 });
});

it("puts text in place of what is selected", () => {
  expect(insert({ text: "a b c", start: 2, end: 3 }, "🎉").text).toBe("a 🎉 c");
});

it("makes lines a list, and takes that back", () => {
  const listed = list({ text: "bread\nlamps", start: 0, end: 11 });
  expect(listed.text).toBe("- bread\n- lamps");
  expect(list({ ...listed, start: 0, end: listed.text.length }).text).toBe("bread\nlamps");
});

it("keeps selected what a bar formats, so that a second click takes it back", () => {
  const bold = keepSelected((now) => wrap(now, "**"));
  const once = bold({ text: "so it is", start: 3, end: 5 });
  expect(once).toEqual({ text: "so **it** is", start: 3, end: 9 });
  expect(bold(once)).toEqual({ text: "so it is", start: 3, end: 5 });
});
