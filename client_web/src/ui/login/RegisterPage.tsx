import { useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import type { Homeserver } from "../../matrix/discovery";
import { registerAccount } from "../../matrix/register";
import { useAuth } from "../../state/AuthContext";
import { deviceName } from "../../state/deviceName";
import { canChoose, lookAtSite, serverChoice } from "../../state/homeserver";
import { takeNext } from "../../state/next";
import { useAct } from "../../state/useAct";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Banner } from "../controls";
import { CardPage } from "../pages/CardPage";
import { InsecureNotice } from "../pages/InsecureNotice";
import { LookingCard } from "./LookingCard";
import styles from "./login.module.css";
import { OtherWays } from "./OtherWays";
import { RegisterForm } from "./RegisterForm";
import { ServerCard } from "./ServerCard";
import { ServerRow } from "./ServerRow";
import { StageForm, stageWords } from "./StageForm";
import { usePrompt } from "./usePrompt";

/** Making an account, on the chosen server. An invitation link brings its code: `/register#token=…`. */
export default function RegisterPage() {
  const { homeserver, isLooking } = useValue(serverChoice);
  const [isChoosing, setChoosing] = useState(false);
  useEffect(() => void lookAtSite(), []);
  if (isLooking) return <LookingCard />;
  if (homeserver === null || isChoosing) return <ServerCard onDone={() => setChoosing(false)} />;
  return (
    <RegisterCard key={homeserver.url} homeserver={homeserver} onChangeServer={() => setChoosing(true)} />
  );
}

interface RegisterCardProps {
  readonly homeserver: Homeserver;
  readonly onChangeServer: () => void;
}

function RegisterCard({ homeserver, onChangeServer }: RegisterCardProps) {
  const auth = useAuth();
  const [, navigate] = useLocation();
  const { site, registration } = useValue(serverChoice);
  const [name, setName] = useState("");
  const [token] = useState(() => new URLSearchParams(location.hash.slice(1)).get("token") ?? "");
  const prompt = usePrompt(token);
  const act = useAct();
  const register = (userName: string, password: string): void =>
    act.run(() =>
      prompt.during(async () => {
        await auth.enter(await registerAccount(homeserver.url, userName, password, deviceName(), prompt.ask));
        navigate(takeNext(), { replace: true });
      }),
    );
  if (prompt.stage !== null) {
    const { title, lead } = stageWords(prompt.stage);
    return (
      <CardPage title={title} lead={lead} corner={<GiveUp onClick={() => prompt.answer(null)} />}>
        <StageForm prompt={prompt} stage={prompt.stage} homeserverUrl={homeserver.url} />
        <p className={styles.foot}>{t("login.stage_count", prompt.stage.done + 1, prompt.stage.total)}</p>
      </CardPage>
    );
  }
  const id = `@${name}:${homeserver.name}`;
  return (
    <CardPage
      title={t("login.register_title")}
      lead={name ? t("login.register_lead", id) : t("login.register_lead_plain")}
      below={<InsecureNotice />}
    >
      {token && <Banner kind="success">{t("web.invited", homeserver.name)}</Banner>}
      {act.error && <Banner kind="danger">{act.error}</Banner>}
      {registration?.isOpen === false && <Banner kind="warning">{t("web.registration_closed")}</Banner>}
      <ServerRow
        homeserver={homeserver}
        onChange={canChoose(site) && !act.busy ? onChangeServer : undefined}
      />
      <RegisterForm act={act} homeserver={homeserver} name={name} onName={setName} onSubmit={register} />
      {homeserver.hasSso && homeserver.providers.length > 0 && (
        <OtherWays act={act} homeserver={homeserver} again={null} />
      )}
      <p className={styles.foot}>
        <span>{t("login.have_account")}</span>
        <Link href="/login" className={styles.link}>
          {t("login.sign_in")}
        </Link>
      </p>
    </CardPage>
  );
}

function GiveUp({ onClick }: { readonly onClick: () => void }) {
  return (
    <button type="button" className={styles.link} onClick={onClick}>
      {t("login.cancel")}
    </button>
  );
}
