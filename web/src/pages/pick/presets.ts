// The ticks that what was pasted stands for. Pure.

import type { Item } from "../../types";
import type { Wanted } from "./parse";

/** The items that the filters of a text or a link to a file mean; undefined when
 *  they mean something else than whole items. */
export function presets(items: readonly Item[], w: Wanted): Set<string> | undefined {
  if (w.filters.length === 0 || w.excludes.length > 0) return undefined;
  const out = new Set<string>();
  for (const f of w.filters) {
    const found = items.filter((i) => means(i, f.toLowerCase()));
    if (found.length === 0) return undefined;
    for (const i of found) out.add(i.id);
  }
  return out;
}

function means(i: Item, filter: string): boolean {
  if (i.revision) return false;
  if (filter.startsWith("/")) return i.files.some((path) => `/${path.toLowerCase()}` === filter);
  return i.id.toLowerCase() === filter || i.label.toLowerCase() === filter || i.filter_value.toLowerCase().split(",").includes(filter);
}
