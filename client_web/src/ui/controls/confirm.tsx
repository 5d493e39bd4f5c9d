import { useSyncExternalStore } from "react";
import { t } from "../../words";
import { Button } from "./Button";
import { Dialog } from "./Dialog";

/** What somebody is asked before it is done. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** The verb on the button. */
  readonly action: string;
  readonly danger?: boolean;
}

interface Asked extends Question {
  readonly answer: (yes: boolean) => void;
}

let asked: Asked | null = null;
const listeners = new Set<() => void>();

/** Ask, and return whether the answer was yes; a question that is still open is answered no. */
export function confirm(question: Question): Promise<boolean> {
  asked?.answer(false);
  return new Promise((resolve) => {
    show({
      ...question,
      answer: (yes) => {
        show(null);
        resolve(yes);
      },
    });
  });
}

/** Where questions appear; once in the window. */
export function ConfirmDialog() {
  const question = useSyncExternalStore(subscribe, () => asked);
  if (question === null) return null;
  return (
    <Dialog
      open
      onClose={() => question.answer(false)}
      title={question.title}
      description={question.text}
      actions={
        <>
          <Button onClick={() => question.answer(false)}>{t("control.cancel")}</Button>
          <Button kind={question.danger ? "danger" : "primary"} onClick={() => question.answer(true)}>
            {question.action}
          </Button>
        </>
      }
    />
  );
}

function show(next: Asked | null): void {
  asked = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
