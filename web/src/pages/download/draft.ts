// What is being chosen. It lasts while one looks at other pages.

import { computed, signal } from "@preact/signals";
import { jobList } from "../../live";
import { stored } from "../../store";
import { system } from "../../system";
import type { Options } from "../pick/choice";
import { parse, type Wanted } from "../pick/parse";

export interface Draft {
  text: string;
  type: "" | "model" | "dataset";
  revision: string; // "" is what the text says, else the default
  ticks: ReadonlySet<string> | null; // null: what is recommended
  picks: string[]; // ids to tick once the items are known
  everything: boolean;
  options: Options | null; // null: what the text says
  also: ReadonlySet<string>; // related repositories
  limit: string;
}

export const fresh: Draft = { text: "", type: "", revision: "", ticks: null, picks: [], everything: false, options: null, also: new Set(), limit: "" };

export const draft = signal<Draft>(fresh);

export function change(d: Partial<Draft>): void {
  draft.value = { ...draft.peek(), ...d };
}

export const parsed = computed(() => parse(draft.value.text, system.value?.endpoint));

export const wanted = computed<Wanted | undefined>(() => (parsed.value.kind === "repo" ? parsed.value.wanted : undefined));

/** Begins with another text. What was chosen for the same repository stays. */
export function type(text: string): void {
  const before = wanted.peek();
  change({ text });
  const now = wanted.peek();
  if (!before || JSON.stringify(before) !== JSON.stringify(now)) draft.value = { ...fresh, text };
}

/** Names that were downloaded last, the newest first; a dataset with datasets/. */
const kept = stored<string[]>("recent", []);

export function remember(repo: string, dataset: boolean): void {
  const name = dataset ? `datasets/${repo}` : repo;
  kept.value = [name, ...kept.value.filter((n) => n !== name)].slice(0, 8);
}

export const recent = computed(() => {
  const jobs = jobList.value.slice(0, 40).map((j) => (j.isDataset ? `datasets/${j.repo}` : j.repo));
  return [...new Set([...kept.value.filter((n) => typeof n === "string"), ...jobs])].slice(0, 6);
});

/** Takes up what an address of the page says: ?repo=&type=&revision=&pick=a,b. */
export function fromAddress(q: URLSearchParams): void {
  const repo = q.get("repo");
  if (!repo) return;
  const dataset = q.get("type") === "dataset";
  draft.value = {
    ...fresh, text: dataset && !repo.startsWith("datasets/") ? `datasets/${repo}` : repo,
    type: dataset ? "dataset" : q.get("type") === "model" ? "model" : "",
    revision: q.get("revision") ?? "", picks: q.getAll("pick"), everything: q.get("all") === "true",
  };
}
