import type { Homeserver } from "../../matrix/discovery";
import { t } from "../../words";
import styles from "./login.module.css";

interface ServerRowProps {
  readonly homeserver: Homeserver;
  /** Leave out where there is no other to choose. */
  readonly onChange?: (() => void) | undefined;
}

/** Which server it is about, and the way to another one. */
export function ServerRow({ homeserver, onChange }: ServerRowProps) {
  return (
    <>
      <div className={styles.row}>
        <span className={styles.muted}>{t("login.server")}</span>
        <span className={styles.server}>{homeserver.name}</span>
        {onChange && (
          <button type="button" className={styles.link} onClick={onChange}>
            {t("login.change_server")}
          </button>
        )}
      </div>
      {homeserver.isInsecure && <p className={styles.warning}>{t("login.server_insecure")}</p>}
    </>
  );
}
