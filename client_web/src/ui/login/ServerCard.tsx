import { type FormEvent, useState } from "react";
import { chooseServer, lookAgain, serverChoice } from "../../state/homeserver";
import { useAct } from "../../state/useAct";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Banner, Button, ListRow, TextField } from "../controls";
import { CardPage } from "../pages/CardPage";
import styles from "./login.module.css";

interface ServerCardProps {
  /** A server was chosen, or the one before is kept. */
  readonly onDone: (userId: string) => void;
}

/** Which server? Where the operator names some, one of those. */
export function ServerCard({ onDone }: ServerCardProps) {
  const { site, homeserver, problem } = useValue(serverChoice);
  const [typed, setTyped] = useState(homeserver?.name ?? "");
  const act = useAct();
  const choose = (server: string): void =>
    act.run(async () => {
      await chooseServer(server);
      onDone(server.startsWith("@") ? server : "");
    });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed.trim()) choose(typed.trim());
    else act.setError(t("login.need_server"));
  };
  const back = homeserver && (
    <button type="button" className={styles.link} onClick={() => onDone("")}>
      {t("login.back")}
    </button>
  );
  const silence = problem !== null && (
    <Banner
      kind="warning"
      actions={
        <Button kind="quiet" onClick={() => void lookAgain()}>
          {t("web.failed_again")}
        </Button>
      }
    >
      {t("web.server_of_page_gone")}
    </Banner>
  );
  if (site !== null && site.homeservers.length > 0) {
    return (
      <CardPage title={t("login.server_title")} lead={t("web.servers_allowed")} corner={back}>
        {silence}
        {act.error && <Banner kind="danger">{act.error}</Banner>}
        <div>
          {[...new Set([site.baseUrl, ...site.homeservers])].map((url) => (
            <ListRow key={url} title={new URL(url).host} onClick={() => choose(url)} />
          ))}
        </div>
      </CardPage>
    );
  }
  return (
    <CardPage title={t("login.server_title")} lead={t("login.server_lead")} corner={back}>
      {silence}
      {act.error && <Banner kind="danger">{act.error}</Banner>}
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextField
          label={t("login.server")}
          placeholder={t("login.server_hint")}
          value={typed}
          onChange={setTyped}
          disabled={act.busy}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          inputMode="url"
          autoFocus
        />
        <Button kind="primary" wide type="submit" busy={act.busy}>
          {act.busy ? t("login.server_looking", typed.trim()) : t("login.server_continue")}
        </Button>
      </form>
    </CardPage>
  );
}
