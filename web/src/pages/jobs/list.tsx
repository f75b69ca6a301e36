import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { get } from "../../api";
import { plural } from "../../format";
import { useHotkey } from "../../keys";
import { beyond, jobList, known } from "../../live";
import { go, route } from "../../router";
import type { Job, JobStatus } from "../../types";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { Empty, Problem, Skeleton } from "../../ui/show";
import { Tabs } from "../../ui/tabs";
import { cancel, dismiss, pause, pauseAll, resumeAll } from "./act";
import { Notify } from "./notify";
import { Row } from "./row";
import { Speed } from "./speed";
import { ended } from "./state";
import { Tasks } from "./tasks";

type Tab = "all" | JobStatus;
const tabs: [Tab, string][] = [["all", "All"], ["running", "Active"], ["queued", "Queued"], ["paused", "Paused"], ["completed", "Completed"], ["failed", "Failed"], ["cancelled", "Cancelled"]];

/** Rows at first; more at a press. */
const step = 50;

/** All jobs. */
export function List() {
  const [search, setSearch] = useState("");
  const [most, setMost] = useState(step);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const older = useOlder(search);
  const tab = (tabs.find(([id]) => id === route.value.query.get("state"))?.[0] ?? "all") as Tab;
  const everything = useMemo(() => join(jobList.value, older.jobs), [jobList.value, older.jobs]);
  const found = everything.filter((j) => j.repo.toLowerCase().includes(search.trim().toLowerCase()));
  const rows = order(found.filter((j) => tab === "all" || j.status === tab));
  const choose = useCallback((id: string, yes: boolean) => setChosen((set) => changed(set, id, yes)), []);
  const select = useCallback((t: Tab) => go(t === "all" ? "/jobs" : `/jobs?state=${t}`, "replace"), []);
  const focus = useCallback(() => document.querySelector<HTMLInputElement>("[data-testid=jobs-search]")?.focus(), []);
  useHotkey("/", "Search jobs", focus);
  const picked = rows.filter((j) => chosen.has(j.id));
  return (
    <>
      <div class="page-head">
        <h1>Jobs</h1>
        <Bulk all={everything} />
      </div>
      {everything.length > 0 && <Speed />}
      <Tasks />
      {!known.value ? <Skeleton lines={6} /> : everything.length === 0 ? <Nothing /> : (
        <section class="stack" aria-label="Downloads">
          <TextField label="Search jobs" hideLabel type="search" placeholder="Search by name" value={search} onInput={setSearch} testid="jobs-search" />
          <Tabs label="State" value={tab} onChange={select} panel="jobs-list" tabs={tabs.map(([id, label]) => ({ id, label, count: id === "all" ? found.length : found.filter((j) => j.status === id).length }))} />
          {older.error != null && <Problem error={older.error} />}
          {picked.length > 0 && <Picked jobs={picked} clear={() => setChosen(new Set())} />}
          <div id="jobs-list" class="stack" role="tabpanel" aria-label="Jobs" tabIndex={-1}>
            <ul class="jobs-list">
              {rows.slice(0, most).map((j) => <Row key={j.id} of={j} chosen={chosen.has(j.id)} onChoose={choose} />)}
            </ul>
            {rows.length === 0 && <p class="muted">No job here{search ? " of this name" : ""}.</p>}
          </div>
          {rows.length > most && <Button onClick={() => setMost(most + step)}>Show {Math.min(step, rows.length - most)} more of {rows.length - most}</Button>}
          <Notify />
        </section>
      )}
    </>
  );
}

function changed(set: ReadonlySet<string>, id: string, yes: boolean): Set<string> {
  const out = new Set(set);
  if (yes) out.add(id);
  else out.delete(id);
  return out;
}

/** What runs first, then what waits, then what has ended; each newest first but the queue. */
function order(list: Job[]): Job[] {
  const place = (j: Job) => (j.status === "running" ? 0 : j.status === "queued" ? 1 : j.status === "paused" ? 2 : 3);
  return [...list].sort((a, b) => place(a) - place(b) || (a.status === "queued" ? b.priority - a.priority || a.createdAt.localeCompare(b.createdAt) : b.createdAt.localeCompare(a.createdAt)));
}

function join(live: Job[], older: Job[]): Job[] {
  const have = new Set(live.map((j) => j.id));
  return [...live, ...older.filter((j) => !have.has(j.id))];
}

/** Jobs beyond those the socket told of, when there are such and one searches. */
function useOlder(search: string): { jobs: Job[]; error: unknown } {
  const [state, setState] = useState<{ jobs: Job[]; error: unknown }>({ jobs: [], error: null });
  const wanted = beyond.value > 0 && search.trim() !== "";
  useEffect(() => {
    if (!wanted) return setState({ jobs: [], error: null });
    const stop = new AbortController();
    const timer = setTimeout(() => {
      get<{ jobs: Job[] }>("/api/jobs", { query: { search: search.trim(), limit: 500 }, signal: stop.signal }).then(
        (a) => setState({ jobs: a.jobs.map((j) => ({ ...j, files: [] })), error: null }),
        (error) => stop.signal.aborted || setState({ jobs: [], error }),
      );
    }, 250);
    return () => (clearTimeout(timer), stop.abort());
  }, [wanted, search]);
  return state;
}

function Bulk({ all }: { all: Job[] }) {
  const running = all.some((j) => j.status === "running" || j.status === "queued");
  const paused = all.some((j) => j.status === "paused");
  const over = all.filter((j) => ended(j.status));
  const clear = async () => {
    const yes = await confirm({ title: `Remove ${plural(over.length, "ended job")} from the list?`, body: <p>What they downloaded stays in the cache.</p>, yes: "Remove" });
    if (yes) await dismiss(...over);
  };
  return (
    <div class="row">
      {running && <Button icon="pause" onClick={() => void pauseAll()} data-testid="pause-all">Pause all</Button>}
      {paused && <Button icon="play" onClick={() => void resumeAll()} data-testid="resume-all">Resume all</Button>}
      {over.length > 0 && <Button icon="close" onClick={() => void clear()} data-testid="clear-ended">Clear ended</Button>}
    </div>
  );
}

/** What can be done to those that are ticked. */
function Picked({ jobs, clear }: { jobs: Job[]; clear: () => void }) {
  const each = (list: Job[], act: (j: Job) => Promise<boolean>) => async () => {
    for (const j of list) await act(j);
    clear();
  };
  const running = jobs.filter((j) => j.status === "running"), open = jobs.filter((j) => !ended(j.status)), over = jobs.filter((j) => ended(j.status) || j.status === "paused");
  const cancelAll = async () => {
    if (await confirm({ title: `Cancel ${plural(open.length, "download")}?`, body: <p>What came stays on the disk, and is used when they are started again.</p>, yes: "Cancel them", danger: true })) await each(open, cancel)();
  };
  return (
    <div class="row jobs-picked" role="group" aria-label="Selected jobs">
      <strong>{plural(jobs.length, "job")} selected</strong>
      {running.length > 0 && <Button onClick={each(running, pause)} data-testid="picked-pause">Pause</Button>}
      {open.length > 0 && <Button onClick={() => void cancelAll()} data-testid="picked-cancel">Cancel…</Button>}
      {over.length > 0 && <Button onClick={() => void dismiss(...over).then(clear)} data-testid="picked-dismiss">Remove from the list</Button>}
      <Button kind="quiet" onClick={clear}>Select none</Button>
    </div>
  );
}

function Nothing() {
  return (
    <Empty icon="jobs" title="No downloads yet" action={<a class="button primary" href="/">Download something</a>}>
      Downloads show here while they run and after. They go on when this page is closed, and after a restart of the server.
    </Empty>
  );
}
