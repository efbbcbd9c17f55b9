/** Keys of lists, as an attachment: `{@attach arrowsAmong("a")}`. */

/** Up and down move the focus between what the selector finds below the element. */
export function arrowsAmong(selector: string): (list: HTMLElement) => () => void {
  return (list) => {
    const hear = (event: KeyboardEvent): void => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const stops = [...list.querySelectorAll<HTMLElement>(selector)];
      const at = stops.findIndex((stop) => stop.contains(document.activeElement));
      if (by === undefined || at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      stops[Math.min(stops.length - 1, Math.max(0, at + by))]?.focus();
    };
    list.addEventListener("keydown", hear);
    return () => list.removeEventListener("keydown", hear);
  };
}
