import { Suspense } from "react";
import { useChat } from "../../state/ChatContext";
import { DIALOGS } from "./dialogs";

/** Shows the dialog that is open, if one is; each is loaded when it is first wanted. */
export function DialogHost() {
  const { dialog } = useChat();
  if (dialog === null) return null;
  const Shown = DIALOGS[dialog.kind];
  if (Shown === undefined) return null;
  return (
    <Suspense fallback={null}>
      <Shown key={dialog.kind} />
    </Suspense>
  );
}
