import { useEffect } from "react";
import { Link } from "wouter";
import { lookAtSite, serverChoice } from "../../state/homeserver";
import { useValue } from "../../state/useValue";
import { t, type WordId } from "../../words";
import { classNames, Icon } from "../controls";
import { InsecureNotice } from "./InsecureNotice";
import styles from "./LandingPage.module.css";

const FACTS = [
  { icon: "lock", title: "web.landing_private", text: "web.landing_private_text" },
  { icon: "globe", title: "web.landing_open", text: "web.landing_open_text" },
  { icon: "house", title: "web.landing_yours", text: "web.landing_yours_text" },
] as const satisfies readonly { icon: string; title: WordId; text: WordId }[];

/** The first page for who is not signed in: what this is, and the ways in. */
export default function LandingPage() {
  const { site, registration } = useValue(serverChoice);
  useEffect(() => void lookAtSite(), []);
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <header className={styles.head}>
          <img className={styles.logo} src="/assets/icon.svg" alt="" />
          <span className={styles.name}>Parlour</span>
        </header>
        <h1 className={styles.title}>{t("web.landing_title")}</h1>
        <p className={styles.lead}>{t("web.landing_lead", site?.serverName ?? location.hostname)}</p>
        <nav className={styles.ways}>
          <Link href="/login" className={classNames(styles.way, styles.first)}>
            {t("login.sign_in")}
          </Link>
          {registration?.isOpen === true && (
            <Link href="/register" className={styles.way}>
              {t("login.create_account")}
            </Link>
          )}
        </nav>
        <InsecureNotice />
        <ul className={styles.facts}>
          {FACTS.map(({ icon, title, text }) => (
            <li key={title} className={styles.fact}>
              <Icon name={icon} />
              <h2 className={styles.factTitle}>{t(title)}</h2>
              <p className={styles.factText}>{t(text)}</p>
            </li>
          ))}
        </ul>
      </div>
    </main>
  );
}
