import { t } from "../../words";

export const ROLES = [
  { level: 100, word: "dialogs.role_admin" },
  { level: 50, word: "dialogs.role_moderator" },
  { level: 0, word: "dialogs.role_member" },
  { level: -1, word: "dialogs.role_muted" },
] as const;

/** What a power level is called. */
export function levelName(level: number): string {
  if (level === Number.POSITIVE_INFINITY) return t("dialogs.role_creator");
  const role = ROLES.find((each) => each.level === level);
  return role === undefined ? t("dialogs.role_custom", String(level)) : t(role.word);
}

/** The levels that somebody can give who has `highest`, and the one there is. */
export function levelChoices(
  highest: number,
  current: number,
): readonly { readonly value: number; readonly label: string }[] {
  const levels = new Set<number>(ROLES.map(({ level }) => level).filter((level) => level <= highest));
  levels.add(current);
  return [...levels].sort((a, b) => b - a).map((level) => ({ value: level, label: levelName(level) }));
}
