/** Keys of lists, as attachments: `{@attach arrowsAmong("a")}`. */

/** Up and down move the focus between what the selector finds below the element. */
export function arrowsAmong(selector: string): (list: HTMLElement) => () => void {
  return onKeys((event, list) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [...list.querySelectorAll<HTMLElement>(selector)];
    const at = stops.findIndex((stop) => stop.contains(document.activeElement));
    if (by === undefined || at < 0) return false;
    stops[Math.min(stops.length - 1, Math.max(0, at + by))]?.focus();
    return true;
  });
}

/** Hears keys while the focus is inside; true: taken, and nobody else is to act on it. Not while typing, nor with a modifier. */
export function onKeys(act: (event: KeyboardEvent, within: HTMLElement) => boolean): (within: HTMLElement) => () => void {
  return (within) => {
    const hear = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || target.matches("input, select, textarea")) return;
      if (!act(event, within)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    within.addEventListener("keydown", hear);
    return () => within.removeEventListener("keydown", hear);
  };
}
