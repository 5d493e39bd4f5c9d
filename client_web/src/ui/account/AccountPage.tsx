import type { ComponentType } from "react";
import { Link, useRoute } from "wouter";
import { t, type WordId } from "../../words";
import { Icon, PageWithIndex } from "../controls";
import { Guarded } from "../pages/Guarded";
import { AppsContent } from "./AppsContent";
import styles from "./account.module.css";
import { CloseContent } from "./CloseContent";
import { DataContent } from "./DataContent";
import { DevicesContent } from "./DevicesContent";
import { ProfileContent } from "./ProfileContent";
import { SecurityContent } from "./SecurityContent";

interface Part {
  readonly name: string;
  readonly icon: string;
  readonly title: WordId;
  readonly Content: ComponentType;
}

const PROFILE: Part = {
  name: "profile",
  icon: "user",
  title: "settings.page_profile",
  Content: ProfileContent,
};
const PARTS: readonly Part[] = [
  PROFILE,
  { name: "security", icon: "lock", title: "account.page_security", Content: SecurityContent },
  { name: "devices", icon: "monitor", title: "settings.page_devices", Content: DevicesContent },
  { name: "apps", icon: "layout-grid", title: "account.page_apps", Content: AppsContent },
  { name: "data", icon: "archive", title: "account.page_data", Content: DataContent },
  { name: "close", icon: "user-x", title: "settings.account_close", Content: CloseContent },
];

/** The account itself: who one is, how one signs in, where, and how to take one's data along or leave. */
export default function AccountPage() {
  const [, params] = useRoute("/account/:page?");
  const part = PARTS.find((each) => each.name === params?.page) ?? PROFILE;
  return (
    <PageWithIndex
      head={
        <Link href="/chat" className={styles.head}>
          <Icon name="arrow-left" size="small" />
          {t("account.title")}
        </Link>
      }
      label={t("account.title")}
      entries={PARTS.map(({ name, icon, title }) => ({
        href: `/account/${name}`,
        label: t(title),
        icon,
        current: name === part.name,
      }))}
      title={t(part.title)}
    >
      <Guarded key={part.name}>
        <part.Content />
      </Guarded>
    </PageWithIndex>
  );
}
