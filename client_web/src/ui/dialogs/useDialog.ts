import { asTexts } from "../../matrix/shapes";
import { type OpenDialog, useChat } from "../../state/ChatContext";

/** A dialog's own side of what opened it. */
interface DialogSide {
  readonly close: () => void;
  /** A detail that is text; empty where it was not given. */
  readonly text: (name: string) => string;
  /** A detail that is a list of texts. */
  readonly texts: (name: string) => readonly string[];
  readonly details: OpenDialog;
}

const NOTHING: OpenDialog = { kind: "" };

/** Read what a dialog was opened with, and close it. */
export function useDialog(): DialogSide {
  const { dialog, openDialog } = useChat();
  const details = dialog ?? NOTHING;
  return {
    details,
    close: () => openDialog(null),
    texts: (name) => asTexts(details[name]),
    text: (name) => (typeof details[name] === "string" ? details[name] : ""),
  };
}
