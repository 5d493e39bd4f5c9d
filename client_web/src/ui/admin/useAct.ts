import { useState } from "react";
import { errorWords } from "../../matrix/errors";
import { showToast } from "../controls";

/** Something that is done at a press: whether it is under way, and doing it. */
export interface Act {
  readonly isBusy: boolean;
  /** Do it, say so when it is done or what went wrong, and return whether it was done. */
  readonly run: (work: () => Promise<unknown>, done?: string) => Promise<boolean>;
}

/** Return a way to do things that may fail, one at a time. */
export function useAct(): Act {
  const [isBusy, setBusy] = useState(false);
  const run = async (work: () => Promise<unknown>, done?: string): Promise<boolean> => {
    setBusy(true);
    try {
      await work();
      if (done !== undefined) showToast(done, { kind: "success" });
      return true;
    } catch (error) {
      showToast(errorWords(error), { kind: "error" });
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, run };
}
