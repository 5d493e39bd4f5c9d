import { CSPProvider } from "@base-ui/react/csp-provider";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { navigate } from "wouter/use-browser-location";
import "@shared/generated/tokens.css";
import "./ui/styles/fonts.css";
import "./ui/styles/base.css";
import { App } from "./App";
import { applyPreferences, spokenLanguage } from "./state/applyPreferences";
import { startServiceWorker } from "./state/serviceWorker";
import { useValue } from "./state/useValue";
import { ConfirmDialog, Toasts } from "./ui/controls";
import { UpdateNotice } from "./ui/pages/UpdateNotice";

await applyPreferences();

/** Everything, drawn anew in another language when somebody chooses one. */
function Root() {
  const language = useValue(spokenLanguage);
  return (
    <CSPProvider key={language} disableStyleElements>
      <App />
      <UpdateNotice />
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
void startServiceWorker((path) => navigate(path));
