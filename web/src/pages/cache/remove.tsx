// Deleting, always after a look at what goes.

import { ApiError, del, repoPath } from "../../api";
import { bytes, plural } from "../../format";
import { refreshSystem } from "../../system";
import { confirm } from "../../ui/dialog";
import { toast } from "../../ui/toast";
import type { Removal } from "./types";

interface Target {
  repo: string;
  type: string;
}

const address = (t: Target) => `/api/cache/${repoPath(t.repo)}`;

function preview(t: Target, revision?: string): Promise<Removal> {
  return del<Removal>(address(t), { query: { type: t.type, revision, dryRun: true } });
}

/** Shows what deleting would free and asks; true when it was done. A failure is thrown. */
export async function remove(t: Target, revision?: string): Promise<boolean> {
  const r = await preview(t, revision);
  const yes = await confirm({
    title: r.whole ? `Delete ${t.repo}?` : `Delete revision ${r.commits[0]?.slice(0, 7) ?? ""} of ${t.repo}?`,
    yes: "Delete",
    danger: true,
    body: <Preview of={r} />,
  });
  if (!yes) return false;
  await del(address(t), { query: { type: t.type, revision } });
  toast(`Deleted ${r.whole ? t.repo : `a revision of ${t.repo}`}: ${bytes(r.freed)} freed`);
  void refreshSystem();
  return true;
}

function Preview({ of: r }: { of: Removal }) {
  return (
    <>
      <p class="cache-freed"><strong>{bytes(r.freed)}</strong> will be freed.</p>
      <ul class="cache-goes">
        <li>{plural(r.files, "file")} in {plural(r.revisions, "revision")}{r.refs.length > 0 && <>: <span class="name">{r.refs.join(", ")}</span></>}</li>
        {r.whole && <li>The repository goes as a whole, with its folder of links.</li>}
        {r.partials > 0 && <li>{plural(r.partials, "unfinished download")}</li>}
        {r.size > r.freed && <li>{bytes(r.size - r.freed)} stay: other revisions use the same content.</li>}
      </ul>
      <p class="muted">It can be downloaded again from the Hub. There is no other way back.</p>
    </>
  );
}

/** Deletes several after one question; true when any went. */
export async function removeMany(targets: readonly Target[]): Promise<boolean> {
  const found: Removal[] = [];
  for (const t of targets) found.push(await preview(t)); // one after another: each walks its folder
  const freed = found.reduce((s, r) => s + r.freed, 0);
  const yes = await confirm({
    title: `Delete ${plural(targets.length, "repository", "repositories")}?`,
    yes: `Delete ${targets.length === 1 ? "it" : `all ${targets.length}`}`,
    danger: true,
    body: (
      <>
        <p class="cache-freed"><strong>{bytes(freed)}</strong> will be freed.</p>
        <ul class="cache-goes scroll">{found.map((r) => <li key={`${r.type}/${r.repo}`} class="name">{r.repo}: {bytes(r.freed)}, {plural(r.files, "file")}</li>)}</ul>
        <p class="muted">They can be downloaded again from the Hub. There is no other way back.</p>
      </>
    ),
  });
  if (!yes) return false;
  const kept: string[] = [];
  for (const t of targets) {
    await del(address(t), { query: { type: t.type } }).catch((e: unknown) => kept.push(`${t.repo}: ${e instanceof ApiError ? e.details || e.message : String(e)}`));
  }
  void refreshSystem();
  if (kept.length > 0) toast(`${kept.length} could not be deleted. ${kept.join("; ")}`, { kind: "bad" });
  if (kept.length < targets.length) toast(`Deleted ${plural(targets.length - kept.length, "repository", "repositories")}`);
  return kept.length < targets.length;
}
