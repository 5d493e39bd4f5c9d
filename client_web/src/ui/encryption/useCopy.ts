import { useCallback, useState } from "react";

/** So long a copied key stays on the clipboard, where the browser lets us look. */
const KEY_STAYS_MS = 120_000;

/** Copy a secret for two minutes; the second value tells that it was copied. */
export function useCopy(): readonly [copy: (text: string) => void, copied: boolean] {
  const [copied, setCopied] = useState(false);
  const copy = useCallback((text: string) => {
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(true);
      setTimeout(() => void forget(text), KEY_STAYS_MS);
    });
  }, []);
  return [copy, copied];
}

/** Take it off the clipboard if it is still there; a browser that does not let us look keeps it. */
async function forget(text: string): Promise<void> {
  try {
    if ((await navigator.clipboard.readText()) === text) await navigator.clipboard.writeText("");
  } catch {
    return; // reading was not allowed
  }
}
