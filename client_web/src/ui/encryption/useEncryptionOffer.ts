import { useEffect } from "react";
import { nextStep } from "../../matrix/crypto/nextStep";
import { databaseName } from "../../matrix/store";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";

/** Offer what is to be done about encryption, once per device: after that only the banner speaks of it. */
export function useEncryptionOffer(): void {
  const { client, dialog, openDialog } = useChat();
  const step = useValue(client.crypto.state, nextStep);
  const isFree = dialog === null && client.crypto.verification.get() === null;
  const key = databaseName(client, "encryption-offered");
  useEffect(() => {
    if (!isFree || (step !== "verify" && step !== "set_up") || wasOffered(key)) return;
    rememberOffer(key);
    openDialog({ kind: step === "verify" ? "verifyDevice" : "setUpRecovery" });
  }, [step, isFree, key, openDialog]);
}

function wasOffered(key: string): boolean {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return true; // a browser that keeps nothing would offer it at each start
  }
}

function rememberOffer(key: string): void {
  try {
    localStorage.setItem(key, "yes");
  } catch {
    return; // the banner offers it as well
  }
}
