import { useLocation } from "wouter";
import type { Homeserver } from "../../matrix/discovery";
import { beginOAuth } from "../../matrix/oauth";
import { beginSso } from "../../matrix/sso";
import type { Session } from "../../matrix/types";
import type { Act } from "../../state/useAct";
import { t } from "../../words";
import { Button } from "../controls";
import styles from "./login.module.css";

const QR_PAGE = "/login?qr";

interface OtherWaysProps {
  readonly act: Act;
  readonly homeserver: Homeserver;
  readonly again: Session | null;
}

/** The ways in that lead over another page: the server's own, and providers. */
export function OtherWays({ act, homeserver, again }: OtherWaysProps) {
  const [, navigate] = useLocation();
  const toServer = (): void =>
    act.run(async () => {
      location.assign(await beginOAuth(homeserver, false, again ?? undefined));
      await new Promise(() => undefined); // busy until the page is gone
    });
  const toProvider = (id: string): void => location.assign(beginSso(homeserver.url, id, again ?? undefined));
  // A session that ended goes on with its own device: another one's secrets are not needed.
  const hasQr = homeserver.hasQr && again === null;
  const hasOther = homeserver.hasOAuth || homeserver.hasSso || hasQr;
  if (!hasOther) {
    return homeserver.hasPassword ? null : <p className={styles.muted}>{t("login.no_way_in")}</p>;
  }
  return (
    <>
      {homeserver.hasPassword && <p className={styles.or}>{t("login.or")}</p>}
      {homeserver.hasOAuth && (
        <Button
          wide
          kind={homeserver.hasPassword ? "secondary" : "primary"}
          icon="globe"
          onClick={toServer}
          disabled={act.busy}
        >
          {t("web.login_server_page")}
        </Button>
      )}
      {homeserver.providers.map((provider) => (
        <Button
          key={provider.id}
          wide
          icon="key-round"
          onClick={() => toProvider(provider.id)}
          disabled={act.busy}
        >
          {t("login.sso_continue_with", provider.name)}
        </Button>
      ))}
      {homeserver.hasSso && !homeserver.hasOAuth && homeserver.providers.length === 0 && (
        <Button wide icon="key-round" onClick={() => toProvider("")} disabled={act.busy}>
          {t("login.sso_continue")}
        </Button>
      )}
      {hasQr && (
        <Button wide icon="qr-code" onClick={() => navigate(QR_PAGE)} disabled={act.busy}>
          {t("login.qr_sign_in")}
        </Button>
      )}
    </>
  );
}
