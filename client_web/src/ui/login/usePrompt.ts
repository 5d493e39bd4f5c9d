import { useCallback, useState } from "react";
import type { Ask } from "../../matrix/interactiveAuth";
import type { Stage, StageAnswer } from "../../matrix/stages";

/** The question that is open, and how it is answered. */
export interface Prompt {
  /** It stays until the next one is asked, or what it was asked for is over. */
  readonly stage: Stage | null;
  /** It was answered, and the server looks at the answer. */
  readonly isAnswered: boolean;
  readonly ask: Ask;
  readonly answer: (answer: StageAnswer | null) => void;
  /** Do what asks questions. */
  readonly during: (work: () => Promise<void>) => Promise<void>;
}

interface Open {
  readonly stage: Stage;
  readonly isAnswered: boolean;
  readonly resolve: (answer: StageAnswer | null) => void;
}

/**
 * Put a server's questions to the user. `inviteToken` answers the one for an invitation code, the first time it
 * is asked.
 */
export function usePrompt(inviteToken = ""): Prompt {
  const [open, setOpen] = useState<Open | null>(null);
  const ask = useCallback<Ask>(
    (stage) => {
      const isInvited = inviteToken !== "" && stage.kind === "registration_token" && stage.errorWord === "";
      if (isInvited) return Promise.resolve({ kind: "token", token: inviteToken });
      return new Promise((resolve) => setOpen({ stage, isAnswered: false, resolve }));
    },
    [inviteToken],
  );
  const answer = useCallback(
    (given: StageAnswer | null): void => {
      setOpen(given === null || open === null ? null : { ...open, isAnswered: true });
      open?.resolve(given);
    },
    [open],
  );
  const during = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } finally {
      setOpen(null);
    }
  };
  return { stage: open?.stage ?? null, isAnswered: open?.isAnswered ?? false, ask, answer, during };
}
