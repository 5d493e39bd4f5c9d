import { useCallback, useState } from "react";
import type { Ask } from "../../matrix/interactiveAuth";
import type { Stage, StageAnswer } from "../../matrix/stages";

/** The question that is open, and how it is answered. */
export interface Prompt {
  readonly stage: Stage | null;
  readonly ask: Ask;
  readonly answer: (answer: StageAnswer | null) => void;
}

interface Open {
  readonly stage: Stage;
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
      return new Promise((resolve) => setOpen({ stage, resolve }));
    },
    [inviteToken],
  );
  const answer = (given: StageAnswer | null): void => {
    setOpen(null);
    open?.resolve(given);
  };
  return { stage: open?.stage ?? null, ask, answer };
}
