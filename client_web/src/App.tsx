import { EmptyState } from "./ui/controls";

/** The whole client: which page is shown. */
export function App() {
  return <EmptyState icon="message-square" title="Parlour" />;
}
