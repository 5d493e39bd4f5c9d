import { useEffect } from "react";
import { nextStep } from "../../matrix/crypto/nextStep";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";

const OFFERED = "parlour.encryption-offered";

/** Offer what is to be done about encryption, once per device: after that only the banner speaks of it. */
export function useEncryptionOffer(): void {
  const { client, dialog, openDialog } = useChat();
  const step = useValue(client.crypto.state, nextStep);
  const isFree = dialog === null && client.crypto.verification.get() === null;
  const device = `${client.userId} ${client.deviceId}`;
  useEffect(() => {
    if (!isFree || (step !== "verify" && step !== "set_up") || wasOffered(device)) return;
    rememberOffer(device);
    openDialog({ kind: step === "verify" ? "verifyDevice" : "setUpRecovery" });
  }, [step, isFree, device, openDialog]);
}

function wasOffered(device: string): boolean {
  try {
    return localStorage.getItem(OFFERED) === device;
  } catch {
    return true; // a browser that keeps nothing would offer it at each start
  }
}

function rememberOffer(device: string): void {
  try {
    localStorage.setItem(OFFERED, device);
  } catch {
    return; // the banner offers it as well
  }
}
