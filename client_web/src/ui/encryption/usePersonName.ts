import { useClient } from "../../state/ChatContext";
import { useAnswer } from "../../state/useAnswer";

/** Return what somebody is called, as far as that is known. */
export function usePersonName(userId: string): string {
  const { people } = useClient();
  const { value } = useAnswer(() => people.profile(userId), userId);
  return value?.name ?? people.known(userId).name;
}
