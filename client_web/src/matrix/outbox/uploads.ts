import type { ClientContext } from "../context";
import { Cancelled, errorWord, isTemporary } from "../errors";
import { describeFile, type FileDescription } from "../media/describe";
import { withoutTraces } from "../media/traces";
import { MutableValue } from "../value";
import { fileContent, uploadContent } from "./files";
import type { OutgoingFile, Target, Upload } from "./values";
import type { WaitingFile, WaitingStore } from "./waitingStore";

type Content = Record<string, unknown>;

interface Job {
  readonly waiting: WaitingFile;
  description?: FileDescription;
  abort: AbortController;
}

const AGAIN_MS = 8_000;
/** So many files of one's own are kept to be shown without loading them again. */
const KEPT_URLS = 60;

/** Files on their way to the server, one after the other, shown from the moment they were chosen. */
export class Uploads {
  readonly list = new MutableValue<readonly Upload[]>([]);
  readonly #context: ClientContext;
  readonly #isEncrypted: (roomId: string) => boolean;
  readonly #send: (target: Target, content: Content, txnId: string) => void;
  readonly #store: WaitingStore;
  readonly #jobs = new Map<string, Job>();
  readonly #urls = new Map<string, string>();
  #work: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    context: ClientContext,
    isEncrypted: (roomId: string) => boolean,
    send: (target: Target, content: Content, txnId: string) => void,
    store: WaitingStore,
  ) {
    this.#context = context;
    this.#isEncrypted = isEncrypted;
    this.#send = send;
    this.#store = store;
    context.onStop(() => this.#stop());
  }

  add(target: Target, outgoing: OutgoingFile, txnId: string): void {
    const { roomId, threadRoot = null, replyTo = null } = target;
    const about = { roomId, threadRoot, replyTo, atMs: Date.now(), errorWord: "" };
    const waiting: WaitingFile = { kind: "file", txnId, outgoing, ...about };
    this.#store.put(waiting);
    this.restore(waiting);
  }

  /** Show a file that waits, and send it; one that was refused waits for somebody to try again. */
  restore(waiting: WaitingFile): void {
    const { txnId, roomId, threadRoot, atMs, outgoing, errorWord: refused } = waiting;
    const { file } = outgoing;
    // It was chosen a moment ago, while what is stored was being read.
    if (this.#jobs.has(txnId)) return;
    this.#jobs.set(txnId, { waiting, abort: new AbortController() });
    this.#keepUrl(txnId, URL.createObjectURL(file));
    const upload: Upload = {
      txnId,
      roomId,
      threadRoot,
      atMs,
      content: fileContent(outgoing, {
        mime: file.type,
        size: file.size,
        ...(file.type.startsWith("image/") && { width: 1 }),
      }),
      localUrl: this.#urls.get(txnId)!,
      sentBytes: 0,
      totalBytes: file.size,
      errorWord: refused,
    };
    this.list.update((all) => [...all, upload]);
    if (!refused) this.#enqueue(txnId);
  }

  retry(txnId: string): boolean {
    const job = this.#jobs.get(txnId);
    if (job === undefined) return false;
    job.abort = new AbortController();
    this.#store.put({ ...job.waiting, errorWord: "" });
    this.#change(txnId, { errorWord: "", sentBytes: 0 });
    this.#enqueue(txnId);
    return true;
  }

  /** Try again what failed for want of a network. */
  retryWaiting(): void {
    for (const each of this.list.get()) if (each.errorWord === "network") this.retry(each.txnId);
  }

  cancel(txnId: string): boolean {
    const job = this.#jobs.get(txnId);
    if (job === undefined) return false;
    job.abort.abort();
    this.#store.delete(txnId);
    this.#remove(txnId);
    return true;
  }

  /** The file of an own message, as long as it is still here. */
  localUrl(txnId: string): string | null {
    return this.#urls.get(txnId) ?? null;
  }

  #enqueue(txnId: string): void {
    const run = (): Promise<void> => this.#run(txnId);
    this.#work = this.#work.then(run, run);
  }

  async #run(txnId: string): Promise<void> {
    const job = this.#jobs.get(txnId);
    if (job === undefined || job.abort.signal.aborted) return;
    const { waiting, abort } = job;
    try {
      const outgoing = { ...waiting.outgoing, file: await withoutTraces(waiting.outgoing.file) };
      const description = job.description ?? (await describeFile(outgoing.file));
      job.description = description;
      const content = fileContent(outgoing, description);
      this.#change(txnId, { content });
      const onProgress = (sentBytes: number, totalBytes: number): void =>
        this.#change(txnId, { sentBytes, totalBytes });
      const encrypt = this.#isEncrypted(waiting.roomId);
      const sent = await uploadContent(
        this.#context,
        content,
        outgoing.file,
        description,
        encrypt,
        abort.signal,
        onProgress,
      );
      // The message takes the place of the file among what waits.
      this.#send(waiting, sent, txnId);
      this.#remove(txnId);
    } catch (error) {
      if (error instanceof Cancelled) return;
      this.#failed(waiting, isTemporary(error) ? "network" : errorWord(error));
    }
  }

  #failed(waiting: WaitingFile, word: string): void {
    this.#change(waiting.txnId, { errorWord: word });
    // For want of a network it is tried again after a while, and with the next start.
    if (word !== "network") this.#store.put({ ...waiting, errorWord: word });
    else this.#timer ??= setTimeout(() => this.#retryIfLive(), AGAIN_MS);
  }

  #retryIfLive(): void {
    this.#timer = undefined;
    // Who is not, is woken once it is.
    if (this.#context.sync.get() === "live") this.retryWaiting();
  }

  #change(txnId: string, changes: Partial<Upload>): void {
    this.list.update((all) => all.map((each) => (each.txnId === txnId ? { ...each, ...changes } : each)));
  }

  #remove(txnId: string): void {
    this.#jobs.delete(txnId);
    this.list.update((all) => all.filter((each) => each.txnId !== txnId));
  }

  #keepUrl(txnId: string, url: string): void {
    this.#urls.set(txnId, url);
    for (const [old, oldUrl] of this.#urls) {
      if (this.#urls.size <= KEPT_URLS) return;
      if (this.#jobs.has(old)) continue;
      URL.revokeObjectURL(oldUrl);
      this.#urls.delete(old);
    }
  }

  #stop(): void {
    clearTimeout(this.#timer);
    for (const job of this.#jobs.values()) job.abort.abort();
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
  }
}
