import { useState } from "react";
import { useLocation } from "wouter";
import { siteConfig } from "../../matrix/discovery";
import { errorWords } from "../../matrix/errors";
import { logInWithPassword } from "../../matrix/login";
import { useAuth } from "../../state/AuthContext";
import { t } from "../../words";
import { Banner, Button, TextField } from "../controls";
import { CardPage } from "../pages/CardPage";

export default function LoginPage() {
  const auth = useAuth();
  const [, navigate] = useLocation();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState("");
  const submit = async () => {
    try {
      const config = await siteConfig();
      auth.enter(await logInWithPassword(config?.baseUrl ?? location.origin, user, password, "Parlour"));
      navigate("/chat");
    } catch (problem) {
      setError(errorWords(problem));
    }
  };
  return (
    <CardPage title={t("login.welcome_title")}>
      {error && <Banner kind="danger">{error}</Banner>}
      <TextField label={t("login.username")} value={user} onChange={setUser} />
      <TextField label={t("login.password")} type="password" value={password} onChange={setPassword} />
      <Button kind="primary" wide onClick={() => void submit()}>
        {t("login.sign_in")}
      </Button>
    </CardPage>
  );
}
