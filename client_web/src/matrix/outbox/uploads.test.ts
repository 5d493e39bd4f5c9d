import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ClientContext } from "../context";
import { ApiError } from "../errors";
import { MutableValue } from "../value";
import { Uploads } from "./uploads";
import type { WaitingStore } from "./waitingStore";

const FILE = { file: new File(["bytes"], "notes.txt", { type: "text/plain" }) };
const LONG_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal(
    "URL",
    Object.assign(URL, { createObjectURL: () => "blob:x", revokeObjectURL: () => undefined }),
  );
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Send a file to a server that answers so, one answer after the other; return what it was asked and has. */
async function send(
  ...answers: (Error | null)[]
): Promise<{ asked: number; sent: string[]; words: string[] }> {
  let asked = 0;
  const upload = async (): Promise<{ mxc: string }> => {
    const answer = answers[asked] ?? null;
    asked += 1;
    if (answer !== null) throw answer;
    return { mxc: "mxc://x/y" };
  };
  const context = {
    sync: new MutableValue("live"),
    onStop: () => undefined,
    parts: () => ({ media: { upload } }),
  } as unknown as ClientContext;
  const store = { put: () => undefined, delete: () => undefined } as unknown as WaitingStore;
  const sent: string[] = [];
  const note = (_: unknown, content: Record<string, unknown>): void => void sent.push(String(content.url));
  const uploads = new Uploads(context, () => false, note, store);
  uploads.add({ roomId: "!r:x" }, FILE, "t1");
  await vi.advanceTimersByTimeAsync(LONG_MS);
  return { asked, sent, words: uploads.list.get().map((each) => each.errorWord) };
}

it("a file goes out by itself once the server is there again", async () => {
  const away = new ApiError(503, { errcode: "M_UNKNOWN" });
  expect(await send(away, new ApiError(502, {}))).toEqual({ asked: 3, sent: ["mxc://x/y"], words: [] });
});

it("a file that is refused waits for somebody to send it again", async () => {
  expect(await send(new ApiError(413, {}))).toEqual({ asked: 1, sent: [], words: ["too_large"] });
});
