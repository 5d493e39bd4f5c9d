import { useValue } from "../../../state/useValue";
import { useConversation } from "../Conversation";
import { ChatInput } from "./ChatInput";
import { SelectionBar } from "./SelectionBar";

/** Where one writes; while messages are picked, what can be done to them. */
export function Writing() {
  const { picks } = useConversation();
  const isPicking = useValue(picks.keys, (keys) => keys !== null);
  return isPicking ? <SelectionBar /> : <ChatInput />;
}
