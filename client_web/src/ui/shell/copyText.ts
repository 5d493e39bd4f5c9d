import { t } from "../../words";
import { showToast } from "../controls";
import { act } from "./act";

/** Put text on the clipboard, and say so. */
export async function copyText(text: string): Promise<void> {
  if (await act(() => navigator.clipboard.writeText(text))) showToast(t("control.copied"));
}
