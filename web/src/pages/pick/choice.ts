// What is ticked, and the download it makes. Pure.

import type { Analysis, DownloadRequest, Item } from "../../types";

export interface Options {
  filters: string; // with ","
  excludes: string;
  exact: boolean;
  subdir: boolean;
}

export const noOptions: Options = { filters: "", excludes: "", exact: false, subdir: false };

/** Branches replace each other, everything else adds up. */
export function single(item: Item): boolean {
  return !!item.revision;
}

/** What is ticked before anybody chose. */
export function recommended(items: readonly Item[]): Set<string> {
  const out = new Set<string>();
  let branch = false;
  for (const item of items) {
    if (!item.recommended || (single(item) && branch)) continue;
    branch ||= single(item);
    out.add(item.id);
  }
  return out;
}

/** The ticks after one of them was changed. */
export function toggled(items: readonly Item[], ticks: ReadonlySet<string>, item: Item): Set<string> {
  const out = new Set(ticks);
  if (single(item)) {
    for (const other of items) if (single(other)) out.delete(other.id);
    out.add(item.id);
  } else if (!out.delete(item.id)) {
    out.add(item.id);
  }
  return out;
}

export interface Choice {
  items: readonly Item[]; // that can be ticked
  ticks: ReadonlySet<string>;
  everything: boolean; // the whole repository, whatever is ticked
  options: Options;
}

/** The request for what is ticked; nothing when nothing is. Also when all is ticked
 *  the filters are sent: a repository holds more than its items. */
export function request(a: Analysis, c: Choice): DownloadRequest | undefined {
  const typed = list(c.options.filters);
  const chosen = c.everything ? [] : c.items.filter((i) => c.ticks.has(i.id));
  const branch = chosen.find(single)?.revision;
  const filters = [...new Set(chosen.flatMap((i) => list(i.filter_value)))];
  if (!c.everything && typed.length === 0 && c.items.length > 0 && chosen.length === 0) return undefined;
  const r: DownloadRequest = {
    repo: a.repo, revision: branch ?? a.branch, dataset: a.is_dataset,
    filters: typed.length > 0 ? typed : filters, excludes: list(c.options.excludes),
    exactMatch: typed.length > 0 ? c.options.exact : filters.length > 0,
  };
  if (c.options.subdir && r.filters!.length > 0) r.appendFilterSubdir = true;
  return r;
}

export function list(s: string): string[] {
  return s.split(",").map((f) => f.trim()).filter(Boolean);
}

/** Items by category, in the order they came. */
export function groups(items: readonly Item[]): [string, Item[]][] {
  const out = new Map<string, Item[]>();
  for (const item of items) out.set(item.category, [...(out.get(item.category) ?? []), item]);
  return [...out];
}
