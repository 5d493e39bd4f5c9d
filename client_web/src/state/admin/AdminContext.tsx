import { createContext, type ReactNode, useContext, useMemo } from "react";
import { type AdminApi, createAdminApi } from "../../matrix/admin/api";
import { type Check, runChecks } from "../../matrix/admin/checks";
import { loadOverview, type Overview } from "../../matrix/admin/overview";
import type { Session } from "../../matrix/types";
import { type Loaded, useLoaded } from "../useLoaded";

const EVERY_MS = 10_000;

/** What all parts of the admin page share. */
export interface Admin {
  readonly api: AdminApi;
  readonly overview: Loaded<Overview>;
  readonly checks: Loaded<readonly Check[]>;
  /** The name in the ids of the server's people. */
  readonly serverName: string;
}

const AdminContext = createContext<Admin | null>(null);

/** Give everything below what the server tells the admin who is signed in. */
export function AdminProvider({
  session,
  children,
}: {
  readonly session: Session;
  readonly children: ReactNode;
}) {
  const api = useMemo(() => createAdminApi(session), [session]);
  const key = `${session.userId} ${session.deviceId}`;
  const overview = useLoaded(() => loadOverview(api), key, EVERY_MS);
  const checks = useLoaded(() => runChecks(api), key);
  const serverName = overview.value?.serverName ?? session.userId.slice(session.userId.indexOf(":") + 1);
  const admin = { api, overview, checks, serverName };
  return <AdminContext value={admin}>{children}</AdminContext>;
}

/** Return what the server tells its admin. */
export function useAdmin(): Admin {
  const admin = useContext(AdminContext);
  if (admin === null) throw new Error("useAdmin outside of AdminProvider");
  return admin;
}
