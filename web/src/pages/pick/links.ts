import { repoPath } from "../../api";
import type { Analysis } from "../../types";

/** Where the whole analysis stands. */
export function analysisHref(a: Analysis): string {
  const q = new URLSearchParams({ dataset: String(a.is_dataset) });
  if (a.branch !== "main") q.set("revision", a.branch);
  return `/analyze/${repoPath(a.repo)}?${q.toString()}`;
}

/** Where it can be downloaded, with these items ticked. */
export function downloadHref(a: Analysis, picks: Iterable<string>): string {
  const q = new URLSearchParams({ repo: a.repo, type: a.is_dataset ? "dataset" : "model" });
  if (a.branch !== "main") q.set("revision", a.branch);
  for (const id of picks) q.append("pick", id);
  return `/?${q.toString()}`;
}
