import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JsonObject } from "./shapes";
import { SyncTransport } from "./syncTransport";
import { SessionTokens } from "./tokens";
import type { Session } from "./types";
import { MutableValue } from "./value";

/** The other end of a socket, as a test plays it. */
class FakeSocket {
  static all: FakeSocket[] = [];
  readonly sent: JsonObject[] = [];
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
    queueMicrotask(() => this.onopen());
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.onclose({ code: 1000 });
  }
  gives(frame: JsonObject): void {
    this.onmessage({ data: JSON.stringify(frame) });
  }
  delta(token: string, more: JsonObject = {}): void {
    this.gives({ type: "sync", next_batch: token, rooms: {}, ...more });
  }
}

const SESSION: Session = { userId: "@a:x", deviceId: "D", homeserverUrl: "https://x", accessToken: "t" };
/** Of a test that hangs: a busy machine is no fault of it. */
const PATIENCE = { timeout: 60_000 };
let features: JsonObject;
let http: ReturnType<typeof vi.fn>;
let transport: SyncTransport;

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  FakeSocket.all = [];
  features = { "parlour.websocket_sync": true };
  http = vi.fn(async (url: string | URL) =>
    String(url).includes("/versions")
      ? Response.json({ versions: ["v1.11"], unstable_features: features })
      : Response.json({ next_batch: "http" }),
  );
  vi.stubGlobal("fetch", http);
  vi.stubGlobal("WebSocket", FakeSocket);
  transport = new SyncTransport(SESSION, new SessionTokens(new MutableValue(SESSION), () => undefined));
});
afterEach(() => vi.useRealTimers());

async function sync(since?: string, timeout = 30_000): Promise<JsonObject> {
  const query = new URLSearchParams({ timeout: String(timeout), filter: "1", ...(since && { since }) });
  const answer = await transport.fetch(`https://x/_matrix/client/v3/sync?${query}`);
  return { status: answer.status, ...(await answer.json()) };
}

async function opened(nth = 0): Promise<FakeSocket> {
  await vi.waitFor(() => expect(FakeSocket.all[nth]?.sent[0]).toMatchObject({ type: "hello" }), PATIENCE);
  const socket = FakeSocket.all[nth] as FakeSocket;
  socket.gives({ type: "ready" });
  return socket;
}

describe("sync over the socket", () => {
  it("answers each request with what has come, and acknowledges it with the next", async () => {
    const first = sync();
    const socket = await opened();
    expect(socket.url).toBe("wss://x/_matrix/client/unstable/parlour.websocket/sync");
    expect(socket.sent[0]).toMatchObject({ access_token: "t", filter: "1", use_state_after: true });
    socket.delta("1");
    expect(await first).toMatchObject({ status: 200, next_batch: "1" });
    expect(socket.sent).toHaveLength(1);
    const second = sync("1");
    await vi.waitFor(() => expect(socket.sent.at(-1)).toEqual({ type: "ack", next_batch: "1" }), PATIENCE);
    socket.delta("2");
    await vi.advanceTimersByTimeAsync(60);
    expect(await second).toMatchObject({ next_batch: "2" });
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("has asked before the SDK does, where nothing is stored and the server is known to have a socket", async () => {
    await transport.begin();
    expect(FakeSocket.all).toHaveLength(0);
    await transport.fetch("https://x/_matrix/client/versions");
    await transport.begin();
    const socket = await opened();
    expect(socket.sent[0]).toMatchObject({ filter: { room: { timeline: { limit: 8 } } } });
    expect(socket.sent[0]).not.toHaveProperty("since");
    socket.delta("1");
    expect(await sync()).toMatchObject({ next_batch: "1" });
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("keeps nobody waiting for longer than they were busy", async () => {
    const first = sync();
    const socket = await opened();
    socket.delta("1");
    await first;
    await vi.advanceTimersByTimeAsync(4);
    const second = sync("1");
    socket.delta("2");
    await vi.advanceTimersByTimeAsync(4);
    expect(await second).toMatchObject({ next_batch: "2" });
  });

  it("gives a burst as one", async () => {
    const first = sync();
    const socket = await opened();
    socket.delta("1");
    await first;
    const second = sync("1");
    for (const token of ["2", "3", "4", "5"])
      socket.delta(token, { to_device: { events: [{ type: token }] } });
    await vi.advanceTimersByTimeAsync(60);
    expect(await second).toMatchObject({ next_batch: "5", to_device: { events: [{}, {}, {}, {}] } });
  });

  it("says that nothing is new when nothing comes in time", async () => {
    const first = sync();
    (await opened()).delta("1");
    await first;
    const second = sync("1");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await second).toEqual({ status: 200, next_batch: "1" });
  });

  it("connects anew from the last token when the connection breaks", async () => {
    const first = sync();
    const socket = await opened();
    socket.delta("1");
    await first;
    const second = sync("1");
    await vi.advanceTimersByTimeAsync(10);
    socket.onclose({ code: 1006 });
    const again = await opened(1);
    expect(again.sent[0]).toMatchObject({ since: "1" });
    again.delta("2");
    await vi.advanceTimersByTimeAsync(60);
    expect(await second).toMatchObject({ next_batch: "2" });
  });

  it("leaves it to HTTP where the socket does not come about, and tries again later", async () => {
    const first = sync("0");
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1), PATIENCE);
    FakeSocket.all[0]?.onclose({ code: 1006 });
    expect(await first).toMatchObject({ next_batch: "http" });
    expect(await sync("http")).toMatchObject({ next_batch: "http" });
    expect(FakeSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    const later = sync("http");
    (await opened(1)).delta("2");
    await vi.advanceTimersByTimeAsync(60);
    expect(await later).toMatchObject({ next_batch: "2" });
  });

  it("knows from the last time what the server can do, and asks again for the next time", async () => {
    const ask = () => transport.fetch("https://x/_matrix/client/versions").then((answer) => answer.json());
    expect(await ask()).toMatchObject({ versions: ["v1.11"] });
    http.mockImplementation(() => new Promise(() => undefined));
    transport = new SyncTransport(SESSION, new SessionTokens(new MutableValue(SESSION), () => undefined));
    expect(await ask()).toMatchObject({ unstable_features: features });
    expect(http).toHaveBeenCalledTimes(2);
  });

  it("asks over HTTP where the server has no socket", async () => {
    features = {};
    expect(await sync()).toMatchObject({ next_batch: "http" });
    expect(FakeSocket.all).toHaveLength(0);
  });

  it("says as HTTP would that the session has ended", async () => {
    const answer = sync("0");
    const socket = await opened();
    socket.gives({ type: "error", errcode: "M_UNKNOWN_TOKEN", error: "gone", soft_logout: true });
    socket.onclose({ code: 4401 });
    expect(await answer).toMatchObject({ status: 401, errcode: "M_UNKNOWN_TOKEN", soft_logout: true });
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const answer = transport.fetch("https://x/_matrix/client/v3/sync?timeout=0&since=1", {
      signal: stop.signal,
    });
    await opened();
    stop.abort();
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
  });

  it("is not confused by nonsense", async () => {
    const first = sync();
    const socket = await opened();
    for (const data of ["", "{", "[]", "null", '{"type":"sync"}', '{"type":"result","id":1}'])
      socket.onmessage({ data });
    socket.delta("1");
    expect(await first).toMatchObject({ next_batch: "1" });
  });
});

describe("what is sent", () => {
  const SEND = "https://x/_matrix/client/v3/rooms/!r%3Ax/send/m.room.message/t%231";

  async function live(): Promise<FakeSocket> {
    const first = sync();
    const socket = await opened();
    socket.delta("1");
    await first;
    http.mockClear();
    return socket;
  }

  async function put(url: string, body: JsonObject, method = "PUT"): Promise<JsonObject> {
    return (await transport.fetch(url, { method, body: JSON.stringify(body) })).json();
  }

  function lastOf(socket: FakeSocket): JsonObject {
    return socket.sent.at(-1) ?? {};
  }

  it("goes over the socket, and is answered as HTTP would", async () => {
    const socket = await live();
    const sent = put(SEND, { body: "hi" });
    const { id, ...frame } = lastOf(socket);
    const content = { body: "hi" };
    expect(frame).toEqual({
      type: "send",
      room_id: "!r:x",
      event_type: "m.room.message",
      txn_id: "t#1",
      content,
    });
    socket.gives({ type: "result", id, event_id: "$e" });
    expect(await sent).toEqual({ event_id: "$e" });
    expect(http).not.toHaveBeenCalled();
  });

  it("goes by HTTP where the server refuses, the connection ends or there is none", async () => {
    const socket = await live();
    http.mockImplementation(async () => Response.json({ event_id: "$http" }));
    const refused = put(SEND, {});
    socket.gives({ type: "error", id: lastOf(socket).id, errcode: "M_FORBIDDEN" });
    expect(await refused).toEqual({ event_id: "$http" });
    const cutOff = put(SEND, {});
    socket.onclose({ code: 1006 });
    expect(await cutOff).toEqual({ event_id: "$http" });
    expect(await put(SEND, {})).toEqual({ event_id: "$http" });
    expect(http).toHaveBeenCalledTimes(3);
  });

  it("goes by HTTP where no answer comes", async () => {
    const socket = await live();
    http.mockImplementation(async () => Response.json({ event_id: "$http" }));
    const sent = put(SEND, {});
    expect(lastOf(socket).type).toBe("send");
    await vi.advanceTimersByTimeAsync(8_000);
    expect(await sent).toEqual({ event_id: "$http" });
  });

  it("takes typing, receipts and both markers along", async () => {
    const socket = await live();
    const room = "https://x/_matrix/client/v3/rooms/!r";
    const asked = [
      put(`${room}/typing/%40a%3Ax`, { typing: true, timeout: 9 }),
      put(`${room}/receipt/m.read/%24e`, { thread_id: "main" }, "POST"),
      put(`${room}/read_markers`, { "m.fully_read": "$e", "m.read": "$e" }, "POST"),
    ];
    const about = { room_id: "!r" };
    const frames = socket.sent.slice(1);
    expect(frames.map(({ id, ...frame }) => frame)).toEqual([
      { ...about, type: "typing", typing: true, timeout: 9 },
      { ...about, type: "receipt", receipt_type: "m.read", event_id: "$e", thread_id: "main" },
      { ...about, type: "receipt", receipt_type: "m.fully_read", event_id: "$e" },
      { ...about, type: "receipt", receipt_type: "m.read", event_id: "$e" },
    ]);
    for (const { id } of frames) socket.gives({ type: "result", id });
    expect(await Promise.all(asked)).toEqual([{}, {}, {}]);
    expect(http).not.toHaveBeenCalled();
  });
});

describe("a server that has forgotten where we were", () => {
  beforeEach(() => {
    features = {};
    http.mockImplementation(async (url: string | URL) => {
      if (String(url).includes("/versions")) return Response.json({ versions: ["v1.11"] });
      return new URL(String(url)).searchParams.has("since")
        ? Response.json({ errcode: "M_UNKNOWN_POS", error: "?" }, { status: 400 })
        : Response.json({ next_batch: "new" });
    });
  });

  it("is asked for everything, once", async () => {
    expect(await sync("lost")).toMatchObject({ status: 200, next_batch: "new" });
    expect(http.mock.calls.filter(([url]) => String(url).includes("/sync"))).toHaveLength(2);
  });

  it("is believed where it refuses something else", async () => {
    http.mockImplementation(async () => Response.json({ errcode: "M_BAD_JSON" }, { status: 400 }));
    expect(await sync("lost")).toMatchObject({ status: 400, errcode: "M_BAD_JSON" });
  });
});
