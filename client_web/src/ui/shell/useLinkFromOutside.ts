import { useEffect } from "react";
import { parseMatrixLink } from "../../matrix/links";
import { useChat } from "../../state/ChatContext";
import { openMatrixLink } from "./openMatrixLink";

/** Where the browser brings `matrix:` links to; `%s` is the link. */
export const LINKS_COME_TO = "/chat?link=%s";

/** Show what a `matrix:` link points at that was pressed elsewhere and that the browser opens with us. */
export function useLinkFromOutside(): void {
  const chat = useChat();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the address says when the page is opened
  useEffect(() => {
    const address = new URLSearchParams(location.search).get("link");
    if (address === null) return;
    history.replaceState(history.state, "", location.pathname);
    const link = parseMatrixLink(address);
    if (link !== undefined) openMatrixLink(chat, link);
  }, []);
}
