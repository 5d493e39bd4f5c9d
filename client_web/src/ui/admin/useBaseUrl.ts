import { useAdmin } from "../../state/admin/AdminContext";

/** Return the address that people are invited to: the configured one, else where this page is. */
export function useBaseUrl(): string {
  const { overview } = useAdmin();
  return overview.value?.baseUrl || window.location.origin;
}
