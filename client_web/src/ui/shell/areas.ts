const FOCUSABLE =
  'a[href]:not([tabindex="-1"]), button:not([disabled]):not([tabindex="-1"]), input:not([disabled]), textarea:not([disabled]), [tabindex="0"]';

/** Let F6 go round: rooms, conversation, composer, panel. */
export function stepArea(step: 1 | -1): void {
  const areas = [...document.querySelectorAll<HTMLElement>("[data-area]")].filter(
    (area) => area.offsetParent !== null,
  );
  if (areas.length === 0) return;
  const focused = document.activeElement;
  // The innermost counts: the composer is inside of the conversation.
  const here = areas.findLastIndex((area) => area.contains(focused));
  const from = here < 0 ? (step > 0 ? -1 : 0) : here;
  for (let tried = 1; tried <= areas.length; tried += 1) {
    const area = areas.at((from + step * tried + areas.length * 2) % areas.length)!;
    const candidates = [
      ...area.querySelectorAll<HTMLElement>("[data-area-focus]"),
      ...area.querySelectorAll<HTMLElement>(FOCUSABLE),
    ].filter((each) => each.closest("[data-area]") === area);
    const seen = candidates.find((each) => each.offsetParent !== null);
    if (!seen) continue;
    seen.focus();
    return;
  }
}
