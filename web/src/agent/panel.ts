/** The small always-on-top panel, by Document Picture-in-Picture: there while the page itself lies behind the softphone. */
import { mount, unmount } from "svelte";
import type { AgentStore } from "./agent-store.svelte.ts";
import { handleKeys } from "./key-listener.ts";
import PanelScreen from "./PanelScreen.svelte";

declare global {
  interface Window {
    /** Chromium only; https://wicg.github.io/document-picture-in-picture/ */
    documentPictureInPicture?: {
      window: Window | null;
      requestWindow(options: { width: number; height: number }): Promise<Window>;
    };
  }
}

const SIZE = { width: 460, height: 220 };

export function panelSupported(): boolean {
  return window.documentPictureInPicture !== undefined;
}

/** Opens the panel, or closes the open one; false if the browser has none or does not allow it now. */
export async function openPanel(store: AgentStore): Promise<boolean> {
  const api = window.documentPictureInPicture;
  if (!api) return false;
  if (api.window) {
    api.window.close();
    return true;
  }
  try {
    fill(await api.requestWindow(SIZE), store);
    return true;
  } catch {
    return false;
  }
}

function fill(panel: Window, store: AgentStore): void {
  for (const sheet of document.querySelectorAll("link[rel=stylesheet], style")) {
    const copy = sheet.cloneNode(true) as HTMLElement;
    // The panel's own address is about:blank: relative addresses lead nowhere there.
    if (sheet instanceof HTMLLinkElement) (copy as HTMLLinkElement).href = sheet.href;
    panel.document.head.append(copy);
  }
  panel.document.documentElement.lang = document.documentElement.lang;
  panel.document.title = "callcue";
  const stop = handleKeys(panel, store);
  const screen = mount(PanelScreen, { target: panel.document.body, props: { store } });
  panel.addEventListener("pagehide", () => {
    stop();
    void unmount(screen);
  });
}
