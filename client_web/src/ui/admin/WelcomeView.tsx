import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { makeFirstAdmin } from "../../matrix/admin/firstAdmin";
import { errorWords } from "../../matrix/errors";
import { useAuth } from "../../state/AuthContext";
import { deviceName } from "../../state/deviceName";
import { t } from "../../words";
import { Banner, Button, TextField } from "../controls";
import { CardPage } from "../pages/CardPage";
import form from "./Form.module.css";

const LEAST_PASSWORD = 8;

/** The first page of a new server: the account of who runs it, made with the token that the server printed. */
export function WelcomeView() {
  const auth = useAuth();
  const [, navigate] = useLocation();
  const [token, setToken] = useState(tokenInAddress);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const isShort = password !== "" && password.length < LEAST_PASSWORD;
  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const account = { username: username.trim(), password, deviceName: deviceName() };
      await auth.enter(await makeFirstAdmin(window.location.origin, token.trim(), account));
      navigate("/admin/setup", { replace: true });
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  };
  return (
    <CardPage title={t("admin.welcome.title")} lead={t("admin.welcome.text")}>
      <form className={form.form} onSubmit={(event) => void make(event)}>
        {error !== undefined && <Banner kind="danger">{errorWords(error)}</Banner>}
        <TextField
          label={t("admin.welcome.token")}
          hint={t("admin.welcome.tokenHint")}
          value={token}
          onChange={setToken}
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          required
        />
        <TextField
          label={t("admin.people.localpart")}
          value={username}
          onChange={setUsername}
          autoCapitalize="off"
          autoComplete="username"
          spellCheck={false}
          required
        />
        <TextField
          label={t("admin.password.label")}
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          error={isShort ? t("admin.welcome.short", { n: LEAST_PASSWORD }) : undefined}
          required
        />
        <Button
          kind="primary"
          type="submit"
          wide
          busy={isBusy}
          disabled={!token.trim() || !username.trim() || password.length < LEAST_PASSWORD}
        >
          {t("admin.welcome.do")}
        </Button>
        <p className={form.note}>
          {t("admin.welcome.have")} <Link href="/login?next=%2Fadmin">{t("admin.welcome.signIn")}</Link>
        </p>
      </form>
    </CardPage>
  );
}

/** The token stands behind the #, so that no server but this page is told it. */
function tokenInAddress(): string {
  return new URLSearchParams(window.location.hash.slice(1)).get("token") ?? "";
}
