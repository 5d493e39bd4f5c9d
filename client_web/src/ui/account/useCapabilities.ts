import type { AccountCapabilities } from "../../matrix/account";
import { useClient } from "../../state/ChatContext";
import { useAnswer } from "../../state/useAnswer";

/** Until the server was asked nothing is offered. */
const NONE: AccountCapabilities = {
  canChangePassword: false,
  canChangeAddresses: false,
  canSetName: false,
  canSetPicture: false,
  isManagedInBrowser: false,
};

/** Return what the server lets the account change. */
export function useCapabilities(): AccountCapabilities {
  const { account } = useClient();
  const { value = NONE } = useAnswer(() => account.capabilities());
  return value;
}
