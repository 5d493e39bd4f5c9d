import { type FormEvent, useState } from "react";
import type { Act } from "../../state/useAct";
import { t } from "../../words";
import { Button, TextField } from "../controls";
import styles from "./login.module.css";

interface PasswordFormProps {
  readonly act: Act;
  /** What the field begins with. */
  readonly userName: string;
  /** A session goes on: nobody else may. */
  readonly isFixed: boolean;
  readonly onSubmit: (userName: string, password: string) => void;
}

/** A user name and a password. */
export function PasswordForm({ act, userName, isFixed, onSubmit }: PasswordFormProps) {
  const [name, setName] = useState(userName);
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!name.trim()) act.setError(t("login.need_username"));
    else if (!password) act.setError(t("login.need_password"));
    else onSubmit(name.trim(), password);
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <TextField
        label={t("login.username")}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        value={name}
        onChange={setName}
        readOnly={isFixed}
        autoFocus={!name}
      />
      <TextField
        label={t("login.password")}
        name="password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        autoFocus={name !== ""}
      />
      <Button kind="primary" wide type="submit" busy={act.busy}>
        {t(act.busy ? "login.signing_in" : "login.sign_in")}
      </Button>
    </form>
  );
}
