/** Makes words fill their place, whatever its size: the largest type at which nothing is cut off. */
import type { Attachment } from "svelte/attachments";
import { SCALES, scaleFor, type TypeScale } from "./typeset.ts";

/**
 * For an element of bounded height with a `span` for each clause; its style sheet sets the type by `data-scale`.
 * One step smaller is taken where that keeps each clause on one line. Fits anew when its place changes.
 */
export function fitWords(text: string): Attachment<HTMLElement> {
  return (element) => {
    const scales = SCALES.slice(SCALES.indexOf(scaleFor(text)));
    const set = (scale: TypeScale): void => void (element.dataset["scale"] = scale);
    const fits = (scale: TypeScale): boolean => (set(scale), element.scrollHeight <= element.clientHeight);
    const fit = (): void => {
      const [largest = "xs", smaller = largest] = scales.filter(fits);
      set(largest);
      if (clausesWhole(element)) return;
      set(smaller);
      if (!clausesWhole(element)) set(largest);
    };
    fit();
    // Of the element's own window: the panel is a window of its own, and goes on when the page behind it is hidden.
    const { ResizeObserver } = element.ownerDocument.defaultView ?? window;
    const observer = new ResizeObserver(fit);
    if (element.parentElement) observer.observe(element.parentElement);
    return () => observer.disconnect();
  };
}

function clausesWhole(element: HTMLElement): boolean {
  return [...element.querySelectorAll("span")].every((clause) => {
    const type_px = parseFloat(getComputedStyle(clause).fontSize);
    return clause.offsetHeight < 2 * type_px;
  });
}
