import { MutableValue, type Value } from "../matrix/value";
import { type ListChoice, ROOM_FILTERS, type ShownSection } from "./roomRows";

const SECTIONS: readonly ShownSection[] = ["invite", "favourite", "people", "room", "low"];
const EVERYTHING: ListChoice = { filter: "all", space: "", collapsed: [] };

const choices = new Map<string, MutableValue<ListChoice>>();

/** What an account's list shows; kept for the next time. */
export function listChoice(userId: string): Value<ListChoice> {
  return choiceOf(userId);
}

/** Show something else in an account's list. */
export function chooseList(userId: string, changes: Partial<ListChoice>): void {
  const value = choiceOf(userId);
  value.update((before) => ({ ...before, ...changes }));
  try {
    localStorage.setItem(keyOf(userId), JSON.stringify(value.get()));
  } catch {
    // It holds until the page is closed.
  }
}

/** Fold a section of the list, or unfold it. */
export function toggleSection(userId: string, section: ShownSection): void {
  const { collapsed } = choiceOf(userId).get();
  const isCollapsed = collapsed.includes(section);
  chooseList(userId, {
    collapsed: isCollapsed ? collapsed.filter((each) => each !== section) : [...collapsed, section],
  });
}

function choiceOf(userId: string): MutableValue<ListChoice> {
  let value = choices.get(userId);
  if (value === undefined) {
    value = new MutableValue(stored(userId));
    choices.set(userId, value);
  }
  return value;
}

function stored(userId: string): ListChoice {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(userId)) ?? "{}") as Partial<ListChoice>;
    return {
      // A filter that hides most rooms would surprise who comes back.
      filter: kept.filter === "unread" || !ROOM_FILTERS.includes(kept.filter!) ? "all" : kept.filter!,
      space: typeof kept.space === "string" ? kept.space : "",
      collapsed: SECTIONS.filter(
        (section) => Array.isArray(kept.collapsed) && kept.collapsed.includes(section),
      ),
    };
  } catch {
    return EVERYTHING;
  }
}

function keyOf(userId: string): string {
  return `parlour.list.${userId}`;
}
