import { matrixTo, parseMatrixLink } from "./links";

const LINK = /\[((?:\\.|[^\]\\])*)\]\(((?:https:\/\/matrix\.to\/#\/|matrix:)[^)\s]*)\)/g;

/**
 * People (and pictures) named in what is being written: shown as `@Name`, sent as links that mean the person. Only a
 * name that still stands in the text counts: deleting it takes the mention back.
 */
export class Mentions {
  readonly #people = new Map<string, string>();
  readonly #pictures = new Map<string, string>();

  /** Let `@name` mean this person. */
  add(name: string, userId: string): void {
    this.#people.set(name, userId);
  }

  /** Let `:shortcode:` mean a picture of an image pack. */
  addPicture(shortcode: string, mxc: string): void {
    this.#pictures.set(shortcode, mxc);
  }

  clear(): void {
    this.#people.clear();
    this.#pictures.clear();
  }

  /** Return the text with every name as a link to its person, every chosen picture as an image. */
  asMarkdown(text: string): string {
    let marked = text;
    const names = [...this.#people].sort(([one], [other]) => other.length - one.length);
    for (const [name, userId] of names) {
      const label = name.replace(/([\\[\]*_`])/g, "\\$1");
      marked = marked.replace(patternOf(name), () => `[${label}](${matrixTo(userId)})`);
    }
    for (const [shortcode, mxc] of this.#pictures) {
      marked = marked.replaceAll(`:${shortcode}:`, `![:${shortcode}:](${mxc})`);
    }
    return marked;
  }

  /** Return the text with every link to a person as a name; the names are remembered. */
  fromMarkdown(text: string): string {
    return text.replace(LINK, (whole: string, label: string, address: string) => {
      const link = parseMatrixLink(address);
      const name = label.replace(/\\(.)/g, "$1").replace(/^@+/, "");
      if (link?.kind !== "user" || !name) return whole;
      this.add(name, link.identifier);
      return `@${name}`;
    });
  }
}

function patternOf(name: string): RegExp {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_[])@${escaped}(?![\\p{L}\\p{N}_])`, "gu");
}
