import { lazy, Suspense } from "react";
import { Route, Switch } from "wouter";
import { DialogHost } from "../dialogs/DialogHost";
import { Guarded } from "../pages/Guarded";
import { OpeningPage } from "../pages/OpeningPage";
import { chatPage } from "./chatPageEarly";
import { useNotifications } from "./useNotifications";
import { useUnreadTitle } from "./useUnreadTitle";

const SettingsPage = lazy(() => import("../settings/SettingsPage"));
const AccountPage = lazy(() => import("../account/AccountPage"));
const NotFoundPage = lazy(() => import("../pages/NotFoundPage"));

/** The pages of somebody who is signed in, and what they all share: dialogs, notifications, the title. */
export default function SignedInPages() {
  return (
    <>
      <Outside />
      <Suspense fallback={<OpeningPage />}>
        <Switch>
          <Route path="/chat/:roomId?/:eventId?" component={chatPage.Page} />
          <Route path="/settings/:page?" component={SettingsPage} />
          <Route path="/account/:page?" component={AccountPage} />
          <Route component={NotFoundPage} />
        </Switch>
      </Suspense>
      <Guarded>
        <DialogHost />
      </Guarded>
    </>
  );
}

/** What is told outside of the page; by itself, since what waits changes with each message, and the page does not. */
function Outside() {
  useUnreadTitle();
  useNotifications();
  return null;
}
