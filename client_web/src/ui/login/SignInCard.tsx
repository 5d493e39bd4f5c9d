import { useState } from "react";
import { Link } from "wouter";
import { discover, type Homeserver } from "../../matrix/discovery";
import { logInWithPassword } from "../../matrix/login";
import { beginOAuth } from "../../matrix/oauth";
import type { Session } from "../../matrix/types";
import { deviceName } from "../../state/deviceName";
import { canChoose, chooseServer, serverChoice } from "../../state/homeserver";
import { type Act, useAct } from "../../state/useAct";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Banner } from "../controls";
import { CardPage } from "../pages/CardPage";
import { InsecureNotice } from "../pages/InsecureNotice";
import styles from "./login.module.css";
import { OtherWays } from "./OtherWays";
import { PasswordForm } from "./PasswordForm";
import { ServerRow } from "./ServerRow";

interface SignInCardProps {
  readonly homeserver: Homeserver;
  readonly userName: string;
  /** A session that the server has ended, and that goes on. */
  readonly again: Session | null;
  /** Somebody is signed in already and adds an account. */
  readonly isAdding: boolean;
  /** What went wrong on the way back from another page. */
  readonly problem: string;
  readonly onChangeServer: () => void;
  readonly onSignedIn: (session: Session) => Promise<void>;
}

/** The ways into the chosen server. */
export function SignInCard(props: SignInCardProps) {
  const { homeserver, again, isAdding, onSignedIn } = props;
  const { site } = useValue(serverChoice);
  const act = useAct();
  const [problem, setProblem] = useState(props.problem);
  const signIn = (name: string, password: string): void => {
    setProblem("");
    act.run(async () => {
      const url = again?.homeserverUrl ?? (await serverOf(name, homeserver)).url;
      await onSignedIn(await logInWithPassword(url, name, password, deviceName(), again ?? undefined));
    });
  };
  const error = act.error || problem;
  return (
    <CardPage
      title={again ? t(again.ended === "hard" ? "web.ended_title" : "login.again_title") : titleOf(isAdding)}
      lead={
        again ? t(again.ended === "hard" ? "web.ended_text" : "login.again_lead") : t("login.welcome_lead")
      }
      corner={
        isAdding && (
          <Link href="/chat" className={styles.link}>
            {t("login.back")}
          </Link>
        )
      }
      below={<InsecureNotice />}
    >
      {error && <Banner kind="danger">{error}</Banner>}
      <ServerRow
        homeserver={homeserver}
        onChange={again === null && canChoose(site) && !act.busy ? props.onChangeServer : undefined}
      />
      {homeserver.hasPassword && (
        <PasswordForm
          act={act}
          userName={again?.userId ?? props.userName}
          isFixed={again !== null}
          onSubmit={signIn}
        />
      )}
      <OtherWays act={act} homeserver={homeserver} again={again} />
      {again === null && <Foot homeserver={homeserver} act={act} />}
    </CardPage>
  );
}

function titleOf(isAdding: boolean): string {
  return t(isAdding ? "login.add_title" : "login.welcome_title");
}

function Foot({ homeserver, act }: { readonly homeserver: Homeserver; readonly act: Act }) {
  const { registration } = useValue(serverChoice);
  const canRegister = registration?.isOpen === true;
  return (
    <p className={styles.foot}>
      {canRegister && (
        <>
          <span>{t("login.new_here")}</span>
          {registration.isOnItsPage ? (
            <button
              type="button"
              className={styles.link}
              onClick={() => act.run(async () => location.assign(await beginOAuth(homeserver, true)))}
            >
              {t("login.create_account")}
            </button>
          ) : (
            <Link href="/register" className={styles.link}>
              {t("login.create_account")}
            </Link>
          )}
        </>
      )}
      {canRegister && homeserver.hasPassword && <span aria-hidden="true">·</span>}
      {homeserver.hasPassword && (
        <Link href="/login?forgot" className={styles.link}>
          {t("login.forgot_password")}
        </Link>
      )}
    </p>
  );
}

/** A whole user id leads to its own server; where that name leads nowhere (a test server, say), to the chosen one. */
async function serverOf(name: string, chosen: Homeserver): Promise<Homeserver> {
  if (!/^@[^:]+:./.test(name)) return chosen;
  const server = name.slice(name.indexOf(":") + 1);
  if (server === chosen.name || server === new URL(chosen.url).host) return chosen;
  try {
    await discover(server);
  } catch {
    return chosen;
  }
  return chooseServer(server);
}
