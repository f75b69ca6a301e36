// What is chosen on the Cache page; it outlives a look at another page.

import { computed, signal } from "@preact/signals";
import { jobs } from "../../live";
import { stored } from "../../store";
import type { Job } from "../../types";
import type { Sort } from "../../ui/table";
import { keyOf, type CachedRepo } from "./types";

export type Kind = "all" | "model" | "dataset";
export type State = "complete" | "filtered" | "unfinished" | "other" | "running";

export const search = signal("");
export const kind = signal<Kind>("all");
export const state = signal<"" | State>("");
/** Only these, picked in the picture; null is all. */
export const picked = signal<{ label: string; keys: Set<string> } | null>(null);
export const order = stored<Sort>("cache.sort", { by: "size", down: true });
/** Marked for what is done to several at once. */
export const marked = signal<Set<string>>(new Set());

export function mark(key: string, on: boolean): void {
  const next = new Set(marked.peek());
  if (on) next.add(key);
  else next.delete(key);
  marked.value = next;
}

/** Queued and running jobs by repository. */
export const working = computed(() => {
  const found = new Map<string, Job>();
  for (const j of jobs.value.values()) {
    if (j.status === "queued" || j.status === "running") found.set(`${j.isDataset ? "dataset" : "model"}/${j.repo}`, j);
  }
  return found;
});

export function stateOf(r: CachedRepo): State {
  if (working.value.has(keyOf(r))) return "running";
  if (r.partials.count > 0) return "unfinished";
  return r.downloadStatus === "unknown" ? "other" : r.downloadStatus;
}

export const stateWords: Record<State, { text: string; kind: "" | "ok" | "warn" | "info"; title: string }> = {
  complete: { text: "Complete", kind: "ok", title: "Everything of the repository is here" },
  filtered: { text: "Selected files", kind: "info", title: "The files that were asked for are here" },
  unfinished: { text: "Unfinished", kind: "warn", title: "A download was begun and has not ended" },
  other: { text: "Other client", kind: "", title: "Another program put it here; verify tells whether it is whole" },
  running: { text: "Downloading", kind: "info", title: "A job is about it" },
};

export function shown(r: CachedRepo): boolean {
  const p = picked.value;
  return (
    (kind.value === "all" || r.type === kind.value) &&
    (!state.value || stateOf(r) === state.value) &&
    (!p || p.keys.has(keyOf(r))) &&
    r.repo.toLowerCase().includes(search.value.trim().toLowerCase())
  );
}

export function unfilter(): void {
  search.value = "";
  kind.value = "all";
  state.value = "";
  picked.value = null;
}

export const filtered = computed(() => search.value.trim() !== "" || kind.value !== "all" || state.value !== "" || picked.value !== null);
