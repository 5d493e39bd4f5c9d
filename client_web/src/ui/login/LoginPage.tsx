import { lazy, Suspense, useEffect, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { errorWords } from "../../matrix/errors";
import { isOAuthAnswer } from "../../matrix/oauth";
import { isSsoAnswer } from "../../matrix/sso";
import type { Session } from "../../matrix/types";
import { useAuth } from "../../state/AuthContext";
import { chooseServer, lookAtSite, serverChoice } from "../../state/homeserver";
import { rememberNext, takeNext } from "../../state/next";
import { useValue } from "../../state/useValue";
import { FinishTrip } from "./FinishTrip";
import { ForgotCard } from "./ForgotCard";
import { LookingCard } from "./LookingCard";
import { ServerCard } from "./ServerCard";
import { SignInCard } from "./SignInCard";

const QrSignInCard = lazy(() => import("../qr/QrSignInCard"));

/** Signing in: which server, which way, and the way back from other pages. */
export default function LoginPage() {
  const auth = useAuth();
  const search = useSearch();
  const [, navigate] = useLocation();
  const { homeserver, isLooking } = useValue(serverChoice);
  const [isChoosing, setChoosing] = useState(false);
  const [userName, setUserName] = useState("");
  const [problem, setProblem] = useState("");
  const query = new URLSearchParams(search);
  const again = auth.session?.ended !== undefined && !query.has("add") ? auth.session : null;
  const isAdding = auth.session !== null && again === null;

  useEffect(() => rememberNext(new URLSearchParams(search).get("next")), [search]);
  const againUrl = again?.homeserverUrl;
  useEffect(() => {
    const looking = lookAtSite();
    if (againUrl === undefined) return;
    looking.then(() => chooseServer(againUrl)).catch((error: unknown) => setProblem(errorWords(error)));
  }, [againUrl]);

  const enter = async (session: Session): Promise<void> => {
    await auth.enter(session);
    navigate(takeNext(), { replace: true });
  };

  if (isOAuthAnswer(query) || isSsoAnswer(query)) {
    const fail = (words: string): void => {
      setProblem(words);
      navigate("/login", { replace: true });
    };
    return <FinishTrip query={search} onSignedIn={enter} onFailed={fail} />;
  }
  if (isLooking) return <LookingCard />;
  if (homeserver === null || isChoosing) {
    return (
      <ServerCard
        onDone={(name) => {
          setUserName(name);
          setChoosing(false);
        }}
      />
    );
  }
  if (query.has("forgot")) return <ForgotCard homeserver={homeserver} />;
  if (query.has("qr")) {
    return (
      <Suspense fallback={<LookingCard />}>
        <QrSignInCard key={homeserver.url} homeserver={homeserver} onSignedIn={enter} />
      </Suspense>
    );
  }
  return (
    <SignInCard
      key={homeserver.url}
      homeserver={homeserver}
      userName={userName}
      again={again}
      isAdding={isAdding}
      problem={problem}
      onChangeServer={() => setChoosing(true)}
      onSignedIn={enter}
    />
  );
}
