import { useCallback } from "react";
import type { MediaItem } from "../../../matrix/timeline/values";
import type { Media } from "../../../matrix/types";
import { useChat } from "../../../state/ChatContext";
import { useConversation } from "../Conversation";

/** Show a picture large, among the others of its conversation. */
export function useViewer(): (item: MediaItem, media: Media) => void {
  const { openDialog } = useChat();
  const { roomId, threadRoot } = useConversation();
  return useCallback(
    (item, media) => openDialog({ kind: "viewer", roomId, threadRoot, itemKey: item.key, mxc: media.mxc }),
    [openDialog, roomId, threadRoot],
  );
}
