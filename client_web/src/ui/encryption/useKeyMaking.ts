import { useState } from "react";
import { useWork } from "../../state/useWork";

/** `intro` asks, `working` makes the keys, `key` shows the recovery key once, `done` ends. */
export type KeyStep = "intro" | "working" | "key" | "done";

/** The way from the question to a recovery key that is kept. */
export interface KeyMaking {
  readonly step: KeyStep;
  readonly recoveryKey: string;
  readonly kept: boolean;
  readonly error: string;
  readonly setKept: (kept: boolean) => void;
  /** Make the key; where that fails one is asked again. */
  readonly make: (work: () => Promise<string>) => Promise<void>;
  /** The key is kept: it is never shown again. */
  readonly finish: () => void;
}

/** Go that way. */
export function useKeyMaking(): KeyMaking {
  const [step, setStep] = useState<KeyStep>("intro");
  const [recoveryKey, setRecoveryKey] = useState("");
  const [kept, setKept] = useState(false);
  const { act, error } = useWork();
  return {
    step,
    recoveryKey,
    kept,
    error,
    setKept,
    async make(work) {
      setStep("working");
      const isMade = await act(async () => setRecoveryKey(await work()));
      setStep(isMade ? "key" : "intro");
    },
    finish() {
      setRecoveryKey("");
      setStep("done");
    },
  };
}
