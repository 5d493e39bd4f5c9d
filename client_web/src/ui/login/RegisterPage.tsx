import { t } from "../../words";
import { CardPage } from "../pages/CardPage";

export default function RegisterPage() {
  return <CardPage title={t("login.register_title")} />;
}
