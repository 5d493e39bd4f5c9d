import { CreateDialog } from "./CreateRoomDialog";

/** A space: its name, and who can join. */
export default function CreateSpaceDialog() {
  return <CreateDialog isSpace />;
}
