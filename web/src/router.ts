import { signal } from "@preact/signals";

export interface Route {
  page: string; // "" is Download
  rest: string[]; // decoded path elements after it
  query: URLSearchParams;
  path: string;
}

export const route = signal<Route>(parse());

function parse(): Route {
  const [page = "", ...rest] = location.pathname.split("/").filter(Boolean).map(decode);
  return { page, rest, query: new URLSearchParams(location.search), path: location.pathname };
}

function decode(s: string): string {
  try {
    return decodeURIComponent(s);
  } catch {
    return s;
  }
}

/** Goes to a path of this page. */
export function go(path: string, how: "push" | "replace" = "push"): void {
  if (how === "replace") history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  const before = route.value.path;
  route.value = parse();
  if (how === "push" && route.value.path !== before) scrollTo(0, 0);
}

/** Follows the browser's own buttons, and turns clicks on links of this page into go(). */
export function startRouter(): void {
  addEventListener("popstate", () => (route.value = parse()));
  document.addEventListener("click", (e) => {
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    const a = (e.target as Element | null)?.closest?.("a");
    if (!a || a.target || a.hasAttribute("download") || a.origin !== location.origin || a.pathname.startsWith("/api")) return;
    if (a.hash && a.pathname === location.pathname) return;
    e.preventDefault();
    go(a.pathname + a.search);
  });
}
