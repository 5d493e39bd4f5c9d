import { useClient } from "../../state/ChatContext";
import { useLoaded } from "../../state/useLoaded";

/** Return what somebody is called, as far as that is known. */
export function usePersonName(userId: string): string {
  const { people } = useClient();
  const { value } = useLoaded(() => people.profile(userId), userId);
  return value?.name ?? people.known(userId).name;
}
