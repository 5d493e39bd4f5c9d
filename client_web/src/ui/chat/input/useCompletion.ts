import { useEffect, useMemo, useState } from "react";
import {
  type Completion,
  type CompletionQuery,
  completeCommands,
  completeEmoji,
  completePeople,
  completeRooms,
  queryAt,
} from "../../../matrix/completion";
import { loadEmoji } from "../../../matrix/emoji";
import { useClient } from "../../../state/ChatContext";
import { useValue } from "../../../state/useValue";
import { useConversation } from "../Conversation";
import type { Field } from "./useField";

/** What is offered for what is being typed, and which of it is chosen. */
export interface Offers {
  readonly list: readonly Completion[];
  readonly chosen: number;
  readonly move: (step: 1 | -1) => void;
  readonly choose: (index: number) => void;
  readonly accept: (index?: number) => void;
  readonly dismiss: () => void;
}

const NONE: readonly Completion[] = [];

/** Offer people after @, rooms after #, emoji after :, commands after /. */
export function useCompletion(field: Field): Offers {
  const { composer } = useConversation();
  const query = queryAt(field.text, field.cursor);
  const [dismissed, setDismissed] = useState("");
  const [chosen, choose] = useState(0);
  const name = query ? `${query.start} ${query.sign}` : "";
  const found = useFound(query);
  const list = query === undefined || dismissed === name ? NONE : found;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other words begin at the first offer again
  useEffect(() => choose(0), [query?.words, name]);
  useEffect(() => {
    if (name !== dismissed && dismissed && !name.startsWith(dismissed)) setDismissed("");
  }, [name, dismissed]);
  const accept = (index = chosen): void => {
    const offer = list[index];
    if (offer === undefined || query === undefined) return;
    if (offer.member) composer.mentions.add(offer.title, offer.member.userId);
    if (offer.picture) composer.mentions.addPicture(offer.title, offer.picture);
    const tail = field.text.slice(query.start + 1 + query.words.length);
    const gap = /^\s/.test(tail) ? "" : " ";
    const before = field.text.slice(0, query.start) + offer.insert;
    field.set(before + gap + tail, before.length + 1);
  };
  return {
    list,
    chosen: Math.min(chosen, Math.max(0, list.length - 1)),
    move: (step) => choose((before) => (before + step + list.length) % Math.max(1, list.length)),
    choose,
    accept,
    dismiss: () => setDismissed(name),
  };
}

function useFound(query: CompletionQuery | undefined): readonly Completion[] {
  const client = useClient();
  const { roomId } = useConversation();
  const rights = useValue(client.rooms.rights(roomId));
  const [hasEmoji, setHasEmoji] = useState(false);
  const sign = query?.sign;
  const words = query?.words ?? "";
  useEffect(() => {
    if (sign === ":") void loadEmoji().then(() => setHasEmoji(true));
  }, [sign]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the table of emoji is there now
  return useMemo(() => {
    switch (sign) {
      case "@":
        return completePeople(
          words,
          client.rooms.members(roomId).get().members,
          client.userId,
          rights.mayMentionRoom(),
        );
      case "#":
        return completeRooms(words, client.rooms.list.get());
      case ":":
        return completeEmoji(words, client.outbox.imagePacks(roomId));
      case "/":
        return completeCommands(words);
      default:
        return NONE;
    }
  }, [sign, words, client, roomId, rights, hasEmoji]);
}
