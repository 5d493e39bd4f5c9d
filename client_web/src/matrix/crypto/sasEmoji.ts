import type { SasEmoji } from "./types";

/**
 * The names of the specification, by which the SDK tells which emoji it means.
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#sas-method-emoji
 */
const NAMES = (
  "Dog,Cat,Lion,Horse,Unicorn,Pig,Elephant,Rabbit,Panda,Rooster,Penguin,Turtle,Fish,Octopus,Butterfly,Flower," +
  "Tree,Cactus,Mushroom,Globe,Moon,Cloud,Fire,Banana,Apple,Strawberry,Corn,Pizza,Cake,Heart,Smiley,Robot,Hat," +
  "Glasses,Spanner,Santa,Thumbs Up,Umbrella,Hourglass,Clock,Gift,Light Bulb,Book,Pencil,Paperclip,Scissors,Lock," +
  "Key,Hammer,Telephone,Flag,Train,Bicycle,Aeroplane,Rocket,Trophy,Ball,Guitar,Trumpet,Bell,Anchor,Headphones," +
  "Folder,Pin"
).split(",");

/** Number the emoji that are to be compared, so that they can be named in the reader's language. */
export function numberedEmoji(emoji: readonly (readonly [string, string])[]): readonly SasEmoji[] {
  return emoji.map(([symbol, name]) => ({ symbol, number: NAMES.indexOf(name) }));
}
