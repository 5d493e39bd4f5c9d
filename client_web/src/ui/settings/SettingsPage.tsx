import { type ComponentType, lazy, Suspense } from "react";
import { Link, useLocation, useRoute } from "wouter";
import { useIsAdmin } from "../../state/admin/useIsAdmin";
import { useShortcuts } from "../../state/useShortcuts";
import { t, type WordId } from "../../words";
import { Icon, PageWithIndex, Skeleton } from "../controls";
import { Guarded } from "../pages/Guarded";
import styles from "./settings.module.css";

interface Page {
  readonly name: string;
  readonly title: WordId;
  readonly Content: ComponentType;
}

const PROFILE: Page = {
  name: "profile",
  title: "settings.page_profile",
  Content: lazy(() => import("./ProfileSettings")),
};
const PAGES: readonly Page[] = [
  PROFILE,
  { name: "account", title: "settings.page_account", Content: lazy(() => import("./AccountSettings")) },
  {
    name: "devices",
    title: "settings.page_devices",
    Content: lazy(async () => ({ default: (await import("../account/DevicesContent")).DevicesContent })),
  },
  {
    name: "notifications",
    title: "settings.page_notifications",
    Content: lazy(() => import("./NotificationSettings")),
  },
  {
    name: "appearance",
    title: "settings.page_appearance",
    Content: lazy(() => import("./AppearanceSettings")),
  },
  { name: "privacy", title: "settings.page_privacy", Content: lazy(() => import("./PrivacySettings")) },
  {
    name: "encryption",
    title: "settings.page_encryption",
    Content: lazy(async () => ({ default: (await import("../encryption")).EncryptionContent })),
  },
  { name: "keyboard", title: "settings.page_keyboard", Content: lazy(() => import("./KeyboardSettings")) },
  { name: "about", title: "settings.page_about", Content: lazy(() => import("./AboutSettings")) },
];

/** One's own settings. What is safe to change changes at once; Escape leads back. */
export default function SettingsPage() {
  const [, params] = useRoute("/settings/:page?");
  const [, navigate] = useLocation();
  const page = PAGES.find((each) => each.name === params?.page) ?? PROFILE;
  const isAdmin = useIsAdmin();
  useShortcuts({ cancel: () => navigate("/chat") });
  const entries = PAGES.map(({ name, title }) => ({
    href: `/settings/${name}`,
    label: t(title),
    current: name === page.name,
  }));
  return (
    <PageWithIndex
      head={
        <Link href="/chat" className={styles.head}>
          <Icon name="arrow-left" size="small" />
          {t("settings.title")}
        </Link>
      }
      label={t("settings.title")}
      entries={isAdmin ? [...entries, { href: "/admin", label: t("admin.title"), current: false }] : entries}
      title={t(page.title)}
    >
      <Guarded key={page.name}>
        <Suspense fallback={<Skeleton rows={5} />}>
          <page.Content />
        </Suspense>
      </Guarded>
    </PageWithIndex>
  );
}
