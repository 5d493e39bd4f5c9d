import type { Command } from "./commands";
import { escapeHtml, plainly, type Written, write } from "./markdown";

/** A message: its kind, and what it says. */
export interface OutgoingText {
  readonly msgtype: "m.text" | "m.emote" | "m.notice";
  readonly written: Written;
}

const FACES: Readonly<Record<string, string>> = {
  shrug: "¯\\_(ツ)_/¯",
  tableflip: "(╯°□°）╯︵ ┻━┻",
  unflip: "┬──┬ ノ( ゜-゜ノ)",
  lenny: "( ͡° ͜ʖ ͡°)",
};
const MAX_COLORED = 500;

/** Return the message that a command of the group `message` is. */
export function outgoingText(command: Command): OutgoingText {
  const words = command.args.words ?? "";
  switch (command.spec.name) {
    case "me":
      return { msgtype: "m.emote", written: write(words) };
    case "notice":
      return { msgtype: "m.notice", written: write(words) };
    case "plain":
      return text(plainly(words));
    case "spoiler": {
      const inner = write(words);
      const html = `<span data-mx-spoiler>${inner.html || escapeHtml(inner.body)}</span>`;
      return text({ ...inner, body: "[Spoiler]", html });
    }
    case "code":
      return text({ ...plainly(words), html: `<pre><code>${escapeHtml(words)}</code></pre>` });
    case "rainbow":
      return text({ ...plainly(words), html: rainbow(words) });
    case "rainbowme":
      return { msgtype: "m.emote", written: { ...plainly(words), html: rainbow(words) } };
    default: {
      const face = FACES[command.spec.name] ?? "";
      return text(plainly(words ? `${words} ${face}` : face));
    }
  }
}

/** Return HTML in which every character has the next colour of the rainbow. */
export function rainbow(words: string): string {
  const characters = [...words];
  const colored = characters.slice(0, MAX_COLORED).map((character, index) => {
    if (/\s/.test(character)) return character;
    return `<span data-mx-color="${hue(index / characters.length)}">${escapeHtml(character)}</span>`;
  });
  return colored.join("") + escapeHtml(characters.slice(MAX_COLORED).join(""));
}

function text(written: Written): OutgoingText {
  return { msgtype: "m.text", written };
}

/** A readable colour at `turn` (0 to 1) of the colour wheel. */
function hue(turn: number): string {
  const channel = (shift: number): string => {
    const place = (shift + turn * 12) % 12;
    const value = 0.45 - 0.3375 * Math.max(-1, Math.min(place - 3, 9 - place, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
