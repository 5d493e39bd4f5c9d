import { CSPProvider } from "@base-ui/react/csp-provider";
import { DirectionProvider } from "@base-ui/react/direction-provider";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { navigate } from "wouter/use-browser-location";
import "@shared/generated/tokens.css";
import "./ui/styles/fonts.css";
import "./ui/styles/base.css";
import { App } from "./App";
import { applyPreferences, spokenLanguage } from "./state/applyPreferences";
import { directionOf } from "./state/direction";
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
      <DirectionProvider direction={directionOf(language)}>
        <App />
        <UpdateNotice />
        <ConfirmDialog />
        <Toasts />
      </DirectionProvider>
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
