// Keys of the page: what is registered works while its component is mounted, and
// stands in the "?" sheet.

import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";

export interface Hotkey {
  keys: string; // "j", "?", "Escape", or two in a row: "g j"
  label: string;
  group: string;
  run: () => void;
}

export const hotkeys = signal<Hotkey[]>([]);

/** Registers keys for as long as the component is there. */
export function useHotkey(keys: string, label: string, run: () => void, group = "This page"): void {
  useEffect(() => {
    const key: Hotkey = { keys, label, group, run };
    hotkeys.value = [...hotkeys.peek(), key];
    return () => (hotkeys.value = hotkeys.peek().filter((k) => k !== key));
  }, [keys, label, run]);
}

/** How long the second key of two may take, in ms. */
const patience = 1200;

/** Listens. Called once. */
export function startKeys(): void {
  let first = "";
  let at = 0;
  addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e.target) || document.querySelector("dialog[open]")) return;
    const pair = first && e.timeStamp - at < patience ? `${first} ${e.key}` : "";
    const hit = find(pair) ?? find(e.key);
    first = hit ? "" : e.key;
    at = e.timeStamp;
    if (!hit) return;
    e.preventDefault();
    hit.run();
  });
}

function find(keys: string): Hotkey | undefined {
  return keys ? hotkeys.peek().findLast((k) => k.keys === keys) : undefined;
}

/** True where a key is text. */
function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && /^(checkbox|radio|button|range)$/.test(target.type));
}
