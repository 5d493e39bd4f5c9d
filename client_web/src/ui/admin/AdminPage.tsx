import { type ReactNode, useCallback, useEffect, useState } from "react";
import { Link, Redirect, useLocation } from "wouter";
import { ApiError } from "../../matrix/errors";
import { useAuth } from "../../state/AuthContext";
import { AdminProvider, useAdmin } from "../../state/admin/AdminContext";
import { t, type WordId } from "../../words";
import { PageWithIndex } from "../controls";
import { CardPage } from "../pages/CardPage";
import styles from "./AdminPage.module.css";
import { ChecksStatus } from "./ChecksStatus";
import { ConfigurationView } from "./ConfigurationView";
import { FederationView } from "./FederationView";
import { InvitationsView } from "./InvitationsView";
import { MediaView } from "./MediaView";
import { OverviewView } from "./OverviewView";
import { PeopleView } from "./PeopleView";
import { PersonView } from "./PersonView";
import { ReportsView } from "./ReportsView";
import { RoomsView } from "./RoomsView";
import { RoomView } from "./RoomView";
import { SetupView } from "./SetupView";
import { WelcomeView } from "./WelcomeView";
import { WorkView } from "./WorkView";

const PARTS = [
  "overview",
  "people",
  "rooms",
  "media",
  "federation",
  "invitations",
  "reports",
  "work",
  "configuration",
] as const;

/** The page of those who run the server. */
export default function AdminPage() {
  const { session } = useAuth();
  const [path] = useLocation();
  const [part = "", subject = ""] = path.split("/").slice(2).map(unescapePart);
  useEffect(() => {
    document.title = t("admin.title");
  }, []);
  if (part === "welcome") return <WelcomeView />;
  if (session === null || session.ended !== undefined) {
    return <Redirect to={`/login?next=${encodeURIComponent(path)}`} replace />;
  }
  return (
    <AdminProvider key={session.userId} session={session}>
      <Parts part={part || "overview"} subject={subject} />
    </AdminProvider>
  );
}

function Parts({ part, subject }: { readonly part: string; readonly subject: string }) {
  const { overview, serverName } = useAdmin();
  const [name, setName] = useState<{ readonly of: string; readonly name: string } | null>(null);
  const title = name?.of === subject ? name.name : undefined;
  const setTitle = useCallback((found: string) => setName({ of: subject, name: found }), [subject]);
  if (overview.error instanceof ApiError && overview.error.status === 403) return <NoAdmin />;
  const isKnown = part === "setup" || PARTS.some((known) => known === part);
  if (!isKnown) return <Redirect to="/admin" replace />;
  const entries = PARTS.map((name) => ({
    href: name === "overview" ? "/admin" : `/admin/${name}`,
    label: t(`admin.part.${name}` as WordId),
    current: name === part,
  }));
  return (
    <PageWithIndex
      wide
      label={t("admin.title")}
      head={
        <Link href="/" className={styles.home}>
          <img className={styles.mark} src="/assets/icon.svg" alt="" />
          <span className={styles.name}>{serverName}</span>
        </Link>
      }
      entries={entries}
      title={subject ? (title ?? subject) : t(`admin.part.${part}` as WordId)}
      status={part === "overview" ? <ChecksStatus /> : undefined}
    >
      <div className={styles.parts} key={`${part} ${subject}`}>
        {contentOf(part, subject, setTitle)}
      </div>
    </PageWithIndex>
  );
}

function contentOf(part: string, subject: string, onName: (name: string) => void): ReactNode {
  switch (part) {
    case "people":
      return subject ? <PersonView userId={subject} onName={onName} /> : <PeopleView />;
    case "rooms":
      return subject ? <RoomView roomId={subject} onName={onName} /> : <RoomsView />;
    case "media":
      return <MediaView />;
    case "federation":
      return <FederationView />;
    case "invitations":
      return <InvitationsView />;
    case "reports":
      return <ReportsView />;
    case "work":
      return <WorkView />;
    case "configuration":
      return <ConfigurationView />;
    case "setup":
      return <SetupView />;
    default:
      return <OverviewView />;
  }
}

function NoAdmin() {
  return (
    <CardPage title={t("admin.noAdmin.title")} lead={t("admin.noAdmin.text")}>
      <Link href="/">{t("admin.noAdmin.back")}</Link>
    </CardPage>
  );
}

function unescapePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
