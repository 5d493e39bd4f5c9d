import { CSPProvider } from "@base-ui/react/csp-provider";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@shared/generated/tokens.css";
import "./ui/styles/fonts.css";
import "./ui/styles/base.css";
import { App } from "./App";
import { ConfirmDialog, Toasts } from "./ui/controls";
import { preferredLanguage, setLanguage } from "./words";

setLanguage(preferredLanguage(navigator.languages));

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no root");
createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <App />
      <ConfirmDialog />
      <Toasts />
    </CSPProvider>
  </StrictMode>,
);
