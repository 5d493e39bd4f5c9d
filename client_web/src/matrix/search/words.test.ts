import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { SearchStore } from "./store";
import { excerpt, parseWords, wordsOf } from "./words";

describe("words", () => {
  it("are compared without case and accents", () => {
    expect(parseWords('Öl "Two  Hours" ÖL')).toEqual(["ol", "two  hours"]);
    expect(wordsOf("Der Föhn, der föhnt!")).toEqual(["der", "fohn", "fohnt"]);
  });

  it("of writing without spaces are its letters", () => {
    expect(wordsOf("山小屋")).toEqual(["山", "小", "屋"]);
  });

  it("are marked where they stand, however the text is written", () => {
    expect(excerpt("Das Öl ist da", ["ol"])).toEqual([
      { text: "Das ", isFound: false },
      { text: "Öl", isFound: true },
      { text: " ist da", isFound: false },
    ]);
  });

  it("are shown with what is around them", () => {
    const shown = excerpt(`${"a ".repeat(300)}key ${"b ".repeat(300)}`, ["key"]);
    expect(shown[0]).toEqual({ text: "…", isFound: false });
    expect(shown.map((part) => part.text).join("").length).toBeLessThan(190);
    expect(shown.some((part) => part.isFound && part.text === "key")).toBe(true);
  });
});

describe("the index", () => {
  const message = (id: string, text: string, time: number, room = "!a:x") => ({
    id,
    room,
    sender: "@a:x",
    time,
    text,
  });

  it("finds all words from their beginning, the newest first", async () => {
    const store = new SearchStore("find");
    await store.write(
      [
        message("$1", "Bread and butter", 1),
        message("$2", "breadcrumbs, butter", 2),
        message("$3", "bread", 3),
      ],
      [],
    );
    expect((await store.find(["bread"], () => true, 10)).map(({ id }) => id)).toEqual(["$3", "$2", "$1"]);
    expect((await store.find(["bread", "butter"], () => true, 10)).map(({ id }) => id)).toEqual(["$2", "$1"]);
    expect(await store.find(["crumbs"], () => true, 10)).toEqual([]);
    const unread = await store.find([], ({ id }) => id !== "$2", 10);
    expect(unread.map(({ id }) => id)).toEqual(["$3", "$1"]);
    await store.close();
  });

  it("keeps the newest text of a message, forgets what was removed, and knows rooms apart", async () => {
    const store = new SearchStore("change");
    await store.write(
      [message("$1", "lamp", 1), message("$2", "lamp", 2, "!b:x"), message("$3", "lamp", 3)],
      [],
    );
    await store.write([message("$1", "rope", 1)], ["$3"]);
    expect((await store.find(["lamp"], () => true, 10)).map(({ id }) => id)).toEqual(["$2"]);
    expect(await store.find(["rope"], ({ room }) => room === "!b:x", 10)).toEqual([]);
    await store.forgetRoom("!b:x");
    expect(await store.find(["lamp"], () => true, 10)).toEqual([]);
    await store.close();
  });
});
