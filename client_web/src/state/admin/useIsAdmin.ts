import { useEffect, useState } from "react";
import { createAdminApi } from "../../matrix/admin/api";
import { listDefaultRooms } from "../../matrix/admin/people";
import { useAuth } from "../AuthContext";

/** Tell whether the account that is shown runs its server, and the server has an admin page. */
export function useIsAdmin(): boolean {
  const { session } = useAuth();
  const [admin, setAdmin] = useState<string | null>(null);
  const userId = session?.userId;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each account, not for each token
  useEffect(() => {
    if (session === null) return;
    let isOver = false;
    // Whoever may not look is refused, and other servers know of no such thing: neither is worth a word.
    listDefaultRooms(createAdminApi(session)).then(
      () => !isOver && setAdmin(session.userId),
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [userId]);
  return admin !== null && admin === userId;
}
