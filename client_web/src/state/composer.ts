import { Mentions } from "../matrix/mentions";
import type { MessageItem } from "../matrix/timeline/values";
import { MutableValue } from "../matrix/value";

/** A file that was chosen and not sent yet. */
export interface Attachment {
  readonly id: string;
  readonly file: File;
  /** A blob: URL, for showing it. */
  readonly url: string;
  readonly isSpoiler: boolean;
  /** What is written below it; of one file alone, what is in the field says that. */
  readonly caption: string;
}

/** What is being answered or changed; one of them at most. */
export interface ComposerTarget {
  readonly reply: MessageItem | null;
  readonly edit: MessageItem | null;
}

const NOTHING: ComposerTarget = { reply: null, edit: null };
const MAX_FILES = 50;

/** What is being written in one room or thread, beside the text: an answer or a change, files, whom names mean. */
export class Composer {
  readonly target = new MutableValue<ComposerTarget>(NOTHING);
  readonly files = new MutableValue<readonly Attachment[]>([]);
  readonly mentions = new Mentions();
  /** Set by the field while there is one. */
  field: ComposerField | null = null;
  #last = 0;

  reply(item: MessageItem): void {
    if (item.eventId === null) return;
    this.target.set({ reply: item, edit: null });
    this.field?.focus();
  }

  edit(item: MessageItem): void {
    if (item.eventId === null || !item.can.edit) return;
    this.target.set({ reply: null, edit: item });
    this.field?.focus();
  }

  clearTarget(): void {
    this.target.set(NOTHING);
  }

  addFiles(files: Iterable<File>): void {
    const added = [...files].map((file) => {
      this.#last += 1;
      return { id: `${this.#last}`, file, url: URL.createObjectURL(file), isSpoiler: false, caption: "" };
    });
    this.files.update((before) => [...before, ...added].slice(0, MAX_FILES));
    this.field?.focus();
  }

  removeFile(id: string): void {
    this.files.update((all) =>
      all.filter((each) => each.id !== id || URL.revokeObjectURL(each.url) !== undefined),
    );
  }

  toggleSpoiler(id: string): void {
    this.#change(id, ({ isSpoiler }) => ({ isSpoiler: !isSpoiler }));
  }

  setCaption(id: string, caption: string): void {
    this.#change(id, () => ({ caption }));
  }

  /** Take the files out, to be sent. */
  takeFiles(): readonly Attachment[] {
    const files = this.files.get();
    for (const each of files) URL.revokeObjectURL(each.url);
    this.files.set([]);
    return files;
  }

  #change(id: string, change: (file: Attachment) => Partial<Attachment>): void {
    this.files.update((all) => all.map((each) => (each.id === id ? { ...each, ...change(each) } : each)));
  }
}

/** What others may ask of the field in which something is written. */
export interface ComposerField {
  focus(): void;
  /** Put text where the cursor stands. */
  insert(text: string): void;
}
