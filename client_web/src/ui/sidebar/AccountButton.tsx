import { useLocation } from "wouter";
import { useAuth } from "../../state/AuthContext";
import { useClient } from "../../state/ChatContext";
import { keysText } from "../../state/shortcuts";
import { useUnreadElsewhere } from "../../state/useUnreadElsewhere";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Badge, classNames, Menu, type MenuContent } from "../controls";
import { keysKept, useSignOut } from "../login/useSignOut";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./Rail.module.css";

/** Who one is here: other accounts, one's own pages, the way out. */
export function AccountButton() {
  const client = useClient();
  const auth = useAuth();
  const signOut = useSignOut();
  const [, navigate] = useLocation();
  const own = useValue(client.people.own);
  const sync = useValue(client.sync);
  const switchTo = (userId: string) => {
    auth.switchTo(userId);
    navigate("/chat");
  };
  const unread = useUnreadElsewhere(client.userId);
  const waiting = [...unread.values()].reduce((sum, count) => sum + count, 0);
  const accounts: MenuContent = auth.sessions.map((session) => {
    const count = unread.get(session.userId) ?? 0;
    return {
      label: session.userId,
      checked: session.userId === client.userId,
      ...(count > 0 && { keys: t("control.unread", { n: count }) }),
      onSelect: () => switchTo(session.userId),
    };
  });
  const content: MenuContent = [
    ...accounts,
    { label: t("dialogs.accounts_add"), icon: "plus", onSelect: () => navigate("/login") },
    "separator",
    { label: t("settings.page_profile"), icon: "user", onSelect: () => navigate("/settings/profile") },
    { label: t("settings.page_account"), icon: "key-round", onSelect: () => navigate("/account") },
    {
      label: t("dialogs.accounts_settings"),
      icon: "settings",
      keys: keysText("settings"),
      onSelect: () => navigate("/settings"),
    },
    "separator",
    {
      label: t("settings.account_sign_out"),
      icon: "log-out",
      danger: true,
      onSelect: () => void signOut(client.userId, keysKept(client.crypto.state.get())),
    },
  ];
  return (
    <Menu
      side="inline-end"
      align="end"
      content={content}
      trigger={
        <button
          type="button"
          className={classNames(styles.button, styles.account)}
          aria-label={own.name}
          title={own.name}
        >
          <MediaAvatar id={own.userId} name={own.name} picture={own.avatar} size="rail" />
          <span className={classNames(styles.presence, sync !== "live" && styles.away)} />
          {waiting > 0 && (
            <span className={styles.elsewhere}>
              <Badge count={waiting} />
            </span>
          )}
        </button>
      }
    />
  );
}
