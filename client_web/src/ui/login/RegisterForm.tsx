import { type FormEvent, useEffect, useState } from "react";
import type { Homeserver } from "../../matrix/discovery";
import { MIN_PASSWORD, userNameProblem } from "../../matrix/register";
import type { Act } from "../../state/useAct";
import { t, type WordId } from "../../words";
import { Button, TextField } from "../controls";
import styles from "./login.module.css";

interface RegisterFormProps {
  readonly act: Act;
  readonly homeserver: Homeserver;
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly onSubmit: (name: string, password: string) => void;
}

/** What a user id may be made of. Spec: https://spec.matrix.org/v1.19/appendices/#user-identifiers */
const NAME = /^[a-z0-9._=\-/+]+$/;
const ASK_AFTER_MS = 400;

/** A name that is free, and a password. */
export function RegisterForm({ act, homeserver, name, onName, onSubmit }: RegisterFormProps) {
  const [password, setPassword] = useState("");
  const [weak, setWeak] = useState("");
  const { problem, isFree } = useNameCheck(homeserver.url, name);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!name) act.setError(t("login.need_username"));
    else if (password.length < MIN_PASSWORD) setWeak(t("login.register_password_weak", MIN_PASSWORD));
    else if (!problem) onSubmit(name, password);
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
        onChange={(text) => onName(text.trim().toLowerCase())}
        error={problem && t(`error.${problem}` as WordId)}
        hint={isFree && t("login.register_name_free")}
        disabled={act.busy}
        autoFocus
      />
      <TextField
        label={t("login.password")}
        name="password"
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={(text) => {
          setPassword(text);
          setWeak("");
        }}
        error={weak}
        hint={t("login.register_password_hint", MIN_PASSWORD)}
        disabled={act.busy}
      />
      <Button kind="primary" wide type="submit" busy={act.busy}>
        {t(act.busy ? "login.register_working" : "login.register_submit")}
      </Button>
    </form>
  );
}

/** Ask, a moment after the last key, whether a name is free. A server that does not say is asked on submit. */
function useNameCheck(url: string, name: string): { readonly problem: string; readonly isFree: boolean } {
  const [known, setKnown] = useState({ name: "", problem: "" });
  useEffect(() => {
    if (!NAME.test(name)) return;
    const timer = setTimeout(() => {
      userNameProblem(url, name).then(
        (problem) => setKnown({ name, problem }),
        () => undefined,
      );
    }, ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [url, name]);
  if (name && !NAME.test(name)) return { problem: "invalid_username", isFree: false };
  if (!name || known.name !== name) return { problem: "", isFree: false };
  return { problem: known.problem, isFree: known.problem === "" };
}
