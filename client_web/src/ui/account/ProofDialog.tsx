import { type FormEvent, useState } from "react";
import type { ProofRequest } from "../../matrix/account";
import { useClient } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Button, Dialog, TextField } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";

const FORM = "proof";

/** Asks for what the server wants before it does something: the password, or a visit to its page. */
export function ProofDialog() {
  const { account } = useClient();
  const request = useValue(account.proof);
  if (request === null) return null;
  return request.kind === "password" ? <AskPassword request={request} /> : <AskPage request={request} />;
}

function AskPassword({ request }: { readonly request: ProofRequest }) {
  const { userId } = useClient();
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (password !== "") request.submit(password);
  };
  return (
    <Dialog
      open
      onClose={request.cancel}
      title={t("login.stage_password")}
      description={t("login.stage_password_lead")}
      actions={
        <>
          <Button onClick={request.cancel}>{t("control.cancel")}</Button>
          <Button type="submit" form={FORM} kind="primary" busy={request.isBusy} disabled={password === ""}>
            {t("login.stage_continue")}
          </Button>
        </>
      }
    >
      <form id={FORM} onSubmit={submit}>
        <input type="text" hidden readOnly autoComplete="username" value={userId} />
        <TextField
          autoFocus
          type="password"
          autoComplete="current-password"
          label={t("login.password")}
          value={password}
          onChange={setPassword}
          error={request.wasRefused && !request.isBusy ? t("error.stage_password") : undefined}
        />
      </form>
    </Dialog>
  );
}

function AskPage({ request }: { readonly request: ProofRequest }) {
  const [isOpened, setOpened] = useState(false);
  const open = () => {
    setOpened(true);
    window.open(request.url ?? "", "_blank", "noopener,noreferrer");
  };
  return (
    <Dialog
      open
      onClose={request.cancel}
      title={t("login.stage_browser")}
      description={t("login.stage_browser_lead")}
      actions={
        <>
          <Button onClick={request.cancel}>{t("control.cancel")}</Button>
          <Button kind={isOpened ? "secondary" : "primary"} icon="external-link" onClick={open}>
            {t(isOpened ? "account.proof_page_again" : "login.stage_browser_open")}
          </Button>
          {isOpened && (
            <Button kind="primary" busy={request.isBusy} onClick={() => request.submit("")}>
              {t("login.stage_browser_done")}
            </Button>
          )}
        </>
      }
    >
      <ErrorLine error={request.wasRefused && !request.isBusy ? t("error.stage_browser") : ""} />
    </Dialog>
  );
}
