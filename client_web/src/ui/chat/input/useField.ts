import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useClient } from "../../../state/ChatContext";
import { useWishToWrite } from "../../../state/wishToWrite";
import { useConversation } from "../Conversation";
import type { Edited } from "./editText";

/** The text that is being written, and its field. */
export interface Field {
  readonly ref: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly cursor: number;
  /** Something is selected in it. */
  readonly hasSelection: boolean;
  /** The field says that it holds this now. */
  readonly onInput: () => void;
  /** The cursor stands elsewhere now. */
  readonly onSelect: () => void;
  /** Have the field hold another text. */
  readonly set: (text: string, cursor?: number) => void;
  readonly edit: (change: (now: Edited) => Edited) => void;
}

/** Hold a text that grows with its field, kept as the draft of its room or thread. */
export function useField(isDraft: boolean): Field {
  const { outbox } = useClient();
  const { roomId, threadRoot, composer } = useConversation();
  const ref = useRef<HTMLTextAreaElement>(null);
  const [{ text, cursor, hasSelection }, setState] = useState(() => {
    const draft = outbox.draft(roomId, threadRoot);
    return { text: draft, cursor: draft.length, hasSelection: false };
  });
  const isKept = useRef(isDraft);
  isKept.current = isDraft;
  const wanted = useRef<readonly [number, number] | null>(null);
  const actions = useMemo(() => {
    const keep = (next: string): void => {
      if (isKept.current) outbox.setDraft(roomId, threadRoot, next);
    };
    const set = (next: string, place = next.length, end = place): void => {
      wanted.current = [place, end];
      setState({ text: next, cursor: place, hasSelection: end > place });
      keep(next);
    };
    const onInput = (): void => {
      const field = ref.current;
      if (field === null) return;
      setState({ text: field.value, cursor: field.selectionStart, hasSelection: false });
      keep(field.value);
    };
    // The cursor alone: the text that is there may be about to be another one.
    const onSelect = (): void => {
      const { selectionStart: place = 0, selectionEnd: end = 0 } = ref.current ?? {};
      setState((before) =>
        before.cursor === place && before.hasSelection === end > place
          ? before
          : { ...before, cursor: place, hasSelection: end > place },
      );
    };
    const edit = (change: (now: Edited) => Edited): void => {
      const field = ref.current;
      if (field === null) return;
      const next = change({ text: field.value, start: field.selectionStart, end: field.selectionEnd });
      set(next.text, next.start, next.end);
    };
    return { set, onInput, onSelect, edit };
  }, [outbox, roomId, threadRoot]);
  useGrowth(ref, text);
  useWishToWrite(roomId, threadRoot, ref);
  useLayoutEffect(() => {
    if (wanted.current === null || ref.current === null) return;
    ref.current.setSelectionRange(...wanted.current);
    wanted.current = null;
  });
  useEffect(() => {
    const field = {
      focus: () => ref.current?.focus(),
      insert: (added: string) =>
        actions.edit((now) => ({
          ...now,
          text: now.text.slice(0, now.start) + added + now.text.slice(now.end),
          start: now.start + added.length,
          end: now.start + added.length,
        })),
    };
    composer.field = field;
    return () => {
      if (composer.field === field) composer.field = null;
    };
  }, [composer, actions]);
  return { ref, text, cursor, hasSelection, ...actions };
}

const LINES_HIGH = 260;

/** Let the field be as high as its text, up to a point. */
function useGrowth(ref: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what makes it grow
  useLayoutEffect(() => {
    const field = ref.current;
    if (field === null) return;
    field.style.blockSize = "0";
    field.style.blockSize = `${Math.min(field.scrollHeight, LINES_HIGH)}px`;
  }, [ref, text]);
}
