import { useEffect, useState } from "preact/hooks";
import { bytes, plural } from "../../format";
import { taskList, tasks } from "../../live";
import { begin, going, whole } from "../../tasks";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { Checkbox, TextField } from "../../ui/field";
import { Notice, Problem } from "../../ui/show";
import { TaskProgress } from "../../ui/task";
import { about, ways, type Move, type Moved, type Way } from "./types";

const none = { verify: false, deleteExtra: false, force: false };

/** Pushing or pulling: chosen, shown by a dry run, then done. */
export function Mover({ target, way, onDone }: { target: string; way: Way; onDone: () => void }) {
  const w = ways[way];
  const [repo, setRepo] = useState("");
  const [options, setOptions] = useState(none);
  const [plan, setPlan] = useState<Moved | null>(null);
  const [result, setResult] = useState<Moved | null>(null);
  // Also one that was begun before this page was opened.
  const [id, setId] = useState(() => taskList.peek().find((t) => going(t) && about(t, target, way))?.id ?? "");
  const [error, setError] = useState<unknown>(null);
  const task = tasks.value.get(id);
  const busy = task !== undefined && going(task);
  const dry = isDry(task?.request);
  const choose = (o: Partial<typeof none>) => (setOptions({ ...options, ...o }), setPlan(null), setResult(null));
  useEffect(() => {
    if (!task || going(task)) return;
    let gone = false;
    if (task.status === "completed") whole(task.id).then((t) => gone || (dry ? setPlan : setResult)(t.result as Moved), (e: unknown) => gone || setError(e));
    if (!dry) onDone();
    return () => void (gone = true);
  }, [task?.id, task?.status]);
  const run = async (dryRun: boolean) => {
    setError(null);
    setPlan(null);
    setResult(null);
    try {
      const move: Move = { target, repoFilter: repo.trim(), dryRun, ...options };
      setId((await begin(`/api/mirror/${way}`, move)).id);
    } catch (e) {
      setError(e);
    }
  };
  const carry = async () => {
    if (options.deleteExtra && plan && plan.extra.length > 0 && !(await sure(plan, w.there))) return;
    await run(false);
  };
  const nothing = plan !== null && plan.copied === 0 && plan.extra.length === 0 && !options.verify;
  return (
    <div class="stack">
      <p class="muted">{way === "push" ? "Copies what the mirror lacks. Nothing of the cache changes." : "Copies what the cache lacks. Nothing of the mirror changes."}</p>
      <div class="mir-only"><TextField label="Only repositories with this in their name" placeholder="All" value={repo} onInput={(v) => (setRepo(v), setPlan(null))} disabled={busy} testid={`mirror-${way}-repo`} /></div>
      <div class="mir-options">
        <Checkbox label="Verify afterwards" hint={`Read everything in ${w.there} again and compare its checksum.`} checked={options.verify} onChange={(verify) => choose({ verify })} disabled={busy} testid={`mirror-${way}-verify`} />
        <Checkbox label={`Delete what only ${w.there} has`} hint="Dangerous: what goes is shown first." checked={options.deleteExtra} onChange={(deleteExtra) => choose({ deleteExtra })} disabled={busy} testid={`mirror-${way}-delete`} />
        <Checkbox label="Copy everything again" hint="Also what is there already; heals what is damaged." checked={options.force} onChange={(force) => choose({ force })} disabled={busy} testid={`mirror-${way}-force`} />
      </div>
      <div class="row">
        <Button kind={plan ? "plain" : "primary"} icon="search" disabled={busy} onClick={() => run(true)} data-testid={`mirror-${way}-preview`}>Show what would happen</Button>
        {plan && !nothing && <Button kind={options.deleteExtra && plan.extra.length > 0 ? "danger" : "primary"} icon={w.icon} disabled={busy} onClick={carry} data-testid={`mirror-${way}-start`}>{w.verb} now</Button>}
      </div>
      {error !== null && <Problem error={error} />}
      {task && <TaskProgress task={task} label={dry ? "Comparing" : `${w.verb} ${w.to}`} goesOn="What was copied stays; the next time goes on where this ended." />}
      <div role="status" class="stack">
        {plan && <Planned plan={plan} way={way} remove={options.deleteExtra} />}
        {result && <Outcome result={result} way={way} />}
      </div>
    </div>
  );
}

const isDry = (request: unknown) => (request as Move | null | undefined)?.dryRun === true;

function Planned({ plan, way, remove }: { plan: Moved; way: Way; remove: boolean }) {
  const w = ways[way];
  return (
    <Notice kind="info" title={plan.copied > 0 ? `${bytes(plan.copiedSize)} would be copied ${w.to}` : `There is nothing to copy ${w.to}`}>
      {plan.copied > 0 && <p>{plural(plan.copied, "file")} of {plural(plan.repos.length, "repository", "repositories")}: <span class="name">{some(plan.repos)}</span>.</p>}
      {plan.extra.length > 0 && <p class="name">{remove ? "Would be deleted" : "Only there, and would stay"}: {some(plan.extra.map((x) => `${named(x)} (${bytes(x.size)})`))}.</p>}
    </Notice>
  );
}

function Outcome({ result: r, way }: { result: Moved; way: Way }) {
  const damaged = r.corrupt.length > 0;
  return (
    <Notice kind={damaged ? "bad" : "ok"} title={damaged ? `${plural(r.corrupt.length, "file is", "files are")} damaged` : r.copied > 0 ? `${bytes(r.copiedSize)} copied ${ways[way].to}` : "Nothing had to be copied"}>
      {r.copied > 0 && <p>{plural(r.copied, "file")} of {plural(r.repos.length, "repository", "repositories")}.</p>}
      {r.deleted > 0 && <p>{plural(r.deleted, "thing")} deleted, {bytes(r.deletedSize)} freed.</p>}
      {r.verified > 0 && <p>{plural(r.verified, "file")} read again{!damaged && ": all of it is as it should be"}.</p>}
      {damaged && <p class="name">{some(r.corrupt)}. Do it again with “Copy everything again” to heal it.</p>}
    </Notice>
  );
}

/** What only one side has: a whole repository, or a part of it. */
const named = (x: Moved["extra"][number]) => (x.name && x.name !== x.repo ? `${x.repo}: ${x.name}` : x.repo);

function some(names: readonly string[]): string {
  return names.slice(0, 8).join(", ") + (names.length > 8 ? ` and ${names.length - 8} more` : "");
}

function sure(plan: Moved, there: string): Promise<boolean> {
  const size = plan.extra.reduce((sum, x) => sum + x.size, 0);
  return confirm({
    title: `Delete ${bytes(size)} in ${there}?`,
    yes: "Copy and delete",
    danger: true,
    body: (
      <>
        <p>Only {there} has this, and it goes for good:</p>
        <ul class="mir-extra">{plan.extra.map((x) => <li key={named(x)} class="name">{named(x)}: {bytes(x.size)}</li>)}</ul>
      </>
    ),
  });
}
