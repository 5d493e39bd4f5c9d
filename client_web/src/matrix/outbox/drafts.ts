/** Drafts of one device, kept by the browser; without room for them they last as long as the page. */
export class Drafts {
  readonly #key: string;
  readonly #drafts: Map<string, string>;
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(key: string) {
    this.#key = key;
    this.#drafts = read(key);
  }

  get(roomId: string, threadRoot: string | null): string {
    return this.#drafts.get(`${roomId} ${threadRoot ?? ""}`) ?? "";
  }

  set(roomId: string, threadRoot: string | null, text: string): void {
    const place = `${roomId} ${threadRoot ?? ""}`;
    if (text.trim()) this.#drafts.set(place, text);
    else this.#drafts.delete(place);
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.save(), 400);
  }

  /** Write them down now. */
  save(): void {
    clearTimeout(this.#saving);
    try {
      if (this.#drafts.size === 0) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, JSON.stringify([...this.#drafts]));
    } catch (error) {
      console.warn("drafts are not kept:", error instanceof Error ? error.name : "unknown");
    }
  }
}

function read(key: string): Map<string, string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    const entries = Array.isArray(kept)
      ? kept.filter((each) => Array.isArray(each) && each.length === 2)
      : [];
    return new Map(entries.map(([place, text]) => [String(place), String(text)]));
  } catch {
    return new Map(); // damaged, or a browser that keeps nothing
  }
}
