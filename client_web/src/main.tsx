import { CSPProvider } from "@base-ui/react/csp-provider";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@shared/generated/tokens.css";
import "./ui/styles/fonts.css";
import "./ui/styles/base.css";
import { App } from "./App";
import { applyPreferences, spokenLanguage } from "./state/applyPreferences";
import { useValue } from "./state/useValue";
import { ConfirmDialog, Toasts } from "./ui/controls";

await applyPreferences();

/** Everything, drawn anew in another language when somebody chooses one. */
function Root() {
  const language = useValue(spokenLanguage);
  return (
    <CSPProvider key={language} disableStyleElements>
      <App />
      <ConfirmDialog />
      <Toasts />
    </CSPProvider>
  );
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no root");
createRoot(root).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
