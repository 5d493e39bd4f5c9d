export {
  currentLanguage,
  type Language,
  preferredLanguage,
  readersLocale,
  setLanguage,
  t,
  type WordId,
} from "./words";
