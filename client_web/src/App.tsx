import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { AuthProvider, useAuth } from "./state/AuthContext";
import { ChatProvider } from "./state/ChatContext";
import { useIdle } from "./state/useIdle";
import { CrashPage } from "./ui/pages/CrashPage";
import { ErrorBoundary } from "./ui/pages/ErrorBoundary";
import { InsteadPage } from "./ui/pages/InsteadPage";
import { loadedEarly } from "./ui/pages/loadedEarly";
import { OpeningPage } from "./ui/pages/OpeningPage";
import { chatPage } from "./ui/shell/chatPageEarly";

const LandingPage = lazy(() => import("./ui/pages/LandingPage"));
const LoginPage = lazy(() => import("./ui/login/LoginPage"));
const RegisterPage = lazy(() => import("./ui/login/RegisterPage"));
const NotFoundPage = lazy(() => import("./ui/pages/NotFoundPage"));
const signedInPages = loadedEarly(() => import("./ui/shell/SignedInPages"));
const AdminPage = lazy(() => import("./ui/admin/AdminPage"));
const EncryptionDialogs = lazy(() => import("./ui/encryption/EncryptionDialogs"));

/** One route, so that going from one of these pages to another keeps what they share. */
const SIGNED_IN = /^\/(?:chat|settings|account)(?:\/|$)/;

const ADMINISTRATION = /^\/admin(?:\/|$)/;

/** Load what is shown when the account is open. */
function loadSignedInPages(): void {
  for (const page of [signedInPages, chatPage]) page.load().catch(() => undefined); // tried again when drawn
}

/** The whole client: which page is shown. */
export function App() {
  return (
    <ErrorBoundary fallback={(error) => <CrashPage error={error} />}>
      <AuthProvider>
        <Suspense fallback={<OpeningPage />}>
          <Switch>
            <Route path="/">
              <Start />
            </Route>
            <Route path="/login" component={LoginPage} />
            <Route path="/register" component={RegisterPage} />
            <Route path={SIGNED_IN}>
              <SignedIn>
                <signedInPages.Page />
              </SignedIn>
            </Route>
            <Route path={ADMINISTRATION} component={AdminPage} />
            <Route component={NotFoundPage} />
          </Switch>
        </Suspense>
      </AuthProvider>
    </ErrorBoundary>
  );
}

function Start() {
  const { session } = useAuth();
  return session === null ? <LandingPage /> : <Redirect to="/chat" replace />;
}

/** What only somebody who is signed in sees; others sign in first and come back. */
function SignedIn({ children }: { readonly children: ReactNode }) {
  const { session } = useAuth();
  const [path] = useLocation();
  useEffect(loadSignedInPages, []);
  if (session === null || session.ended !== undefined) {
    const next = encodeURIComponent(path + location.search);
    return <Redirect to={`/login?next=${next}`} replace />;
  }
  return (
    <ChatProvider session={session} instead={(now) => <InsteadPage now={now} />}>
      {children}
      <WhenIdle>
        <EncryptionDialogs />
      </WhenIdle>
    </ChatProvider>
  );
}

/** What nobody waits for, once the page has nothing more pressing to do. */
function WhenIdle({ children }: { readonly children: ReactNode }) {
  return useIdle() && <Suspense fallback={null}>{children}</Suspense>;
}
