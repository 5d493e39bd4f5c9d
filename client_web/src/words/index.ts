export { currentLanguage, type Language, preferredLanguage, setLanguage, t, type WordId } from "./words";
