import { errorWords } from "../../matrix/errors";
import { showToast } from "../controls";

/** Do something that may fail, and say so where it does. Return whether it was done. */
export async function act(work: Promise<unknown> | (() => Promise<unknown>)): Promise<boolean> {
  try {
    await (typeof work === "function" ? work() : work);
    return true;
  } catch (error) {
    showToast(errorWords(error), { kind: "error" });
    return false;
  }
}
