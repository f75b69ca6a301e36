import { effect } from "@preact/signals";
import { stored } from "./store";

export type Theme = "system" | "light" | "dark";

export const theme = stored<Theme>("theme", "system");

/** Makes the choice hold; styles/tokens.css has both. */
export function applyTheme(): void {
  effect(() => {
    const root = document.documentElement;
    if (theme.value === "light" || theme.value === "dark") root.dataset.theme = theme.value;
    else delete root.dataset.theme;
  });
}

/** True while the page is dark, by choice or by the system. */
export function isDark(): boolean {
  if (theme.value === "system") return matchMedia("(prefers-color-scheme: dark)").matches;
  return theme.value === "dark";
}
