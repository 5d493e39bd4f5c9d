import type { MatrixLink } from "../../matrix/links";
import type { Chat } from "../../state/ChatContext";

/** Show what a Matrix link points at. Nobody is written to and nothing is joined without the reader. */
export function openMatrixLink({ roomId, openRoom, openPanel, openDialog }: Chat, link: MatrixLink): void {
  const { kind, identifier, eventId, via } = link;
  if (kind === "user" && roomId !== null) openPanel({ kind: "person", userId: identifier });
  else if (kind === "user") openDialog({ kind: "person", userId: identifier });
  else if (kind === "room" && via.length === 0) openRoom(identifier, eventId || undefined);
  else openDialog({ kind: "roomLink", address: identifier, eventId, via });
}
