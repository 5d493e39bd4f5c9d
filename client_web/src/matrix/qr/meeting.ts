import { Cancelled, errorWords } from "../errors";
import { MutableValue, type Value } from "../value";
import type { QrCode } from "./channel";
import type { QrPrompt } from "./conversation";

/**
 * What a device shows while it meets another one: `code` (the other one scans ours), `scan` (we scan its code),
 * `type` (the digits that it shows are typed here), `digits` (ours are typed there), `page` (the user agrees on a
 * page of the server).
 */
export type MeetingStage = "preparing" | "code" | "scan" | "type" | "digits" | "page" | "done" | "failed";

export interface Meeting {
  readonly stage: MeetingStage;
  /** What our code holds, while it is shown. */
  readonly code: Uint8Array | null;
  readonly digits: string;
  /** What the page may ask for. */
  readonly userCode: string;
  /** Where the user agrees; only on the device that is signed in. */
  readonly page: string;
  /** What went wrong, in words. */
  readonly error: string;
}

/** What two devices do together once they have met; either way ends when the new one is signed in. */
export interface MeetingActs {
  /** Show a code and go on with who scans it. */
  show(prompt: QrPrompt, signal: AbortSignal): Promise<void>;
  /** Go on with the device that shows this code. */
  scan(prompt: QrPrompt, signal: AbortSignal, code: QrCode): Promise<void>;
}

const BEGINNING: Meeting = { stage: "preparing", code: null, digits: "", userCode: "", page: "", error: "" };

/** One meeting at a time, begun by `show` or `scan`. */
export class QrMeeting {
  readonly #state = new MutableValue<Meeting>(BEGINNING);
  readonly #acts: MeetingActs;
  #ending = new AbortController();
  #answer: ((digits: string) => void) | null = null;

  constructor(acts: MeetingActs) {
    this.#acts = acts;
  }

  get state(): Value<Meeting> {
    return this.#state;
  }

  /** Begin, or begin again: show a code to be scanned. */
  show(): void {
    void this.#meet((prompt, signal) => this.#acts.show(prompt, signal));
  }

  /** Give up a code that is shown: the other device's is scanned. */
  wantScan(error = ""): void {
    this.cancel();
    this.#state.set({ ...BEGINNING, stage: "scan", error });
  }

  /** Go on with what a code held; with another code where this one is for something else. */
  async scan(bytes: Uint8Array): Promise<void> {
    try {
      const { decodeQrCode } = await import("./channel");
      const code = await decodeQrCode(bytes);
      await this.#meet((prompt, signal) => this.#acts.scan(prompt, signal, code));
    } catch (error) {
      this.wantScan(errorWords(error));
    }
  }

  /** Give the digits that the other device shows. */
  typeDigits(typed: string): void {
    this.#answer?.(typed);
  }

  /** Give up; the other device is told where it can be. */
  cancel(): void {
    this.#ending.abort();
    this.#answer = null;
  }

  async #meet(acts: (prompt: QrPrompt, signal: AbortSignal) => Promise<void>): Promise<void> {
    this.cancel();
    const ending = new AbortController();
    this.#ending = ending;
    const show = (shown: Partial<Meeting>): void => {
      if (!ending.signal.aborted) this.#state.update((now) => ({ ...now, ...shown }));
    };
    this.#state.set(BEGINNING);
    try {
      await acts(this.#promptOf(show, ending.signal), ending.signal);
      show({ ...BEGINNING, stage: "done" });
    } catch (error) {
      show({ ...BEGINNING, stage: "failed", error: errorWords(error) });
    }
  }

  #promptOf(show: (shown: Partial<Meeting>) => void, signal: AbortSignal): QrPrompt {
    return {
      showCode: (code) => show({ stage: "code", code }),
      showDigits: (digits) => show({ stage: "digits", digits, code: null }),
      askDigits: () => {
        show({ stage: "type", code: null });
        return new Promise((resolve, reject) => {
          this.#answer = (typed) => {
            show({ stage: "preparing" });
            resolve(typed);
          };
          signal.addEventListener("abort", () => reject(new Cancelled()), { once: true });
        });
      },
      offerPage: (page) => show({ stage: "page", page }),
      // On the new device the digits stay: the user may not have typed them yet.
      showUserCode: (userCode) =>
        show({ userCode, stage: this.#state.get().digits === "" ? "page" : "digits" }),
    };
  }
}
