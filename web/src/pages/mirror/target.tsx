import { useState } from "preact/hooks";
import { ago, duration } from "../../format";
import { taskList, tasks } from "../../live";
import { begin, ended, going, whole } from "../../tasks";
import type { Task } from "../../types";
import { Button } from "../../ui/button";
import { Badge, Empty, Notice, Problem } from "../../ui/show";
import { TaskBadge, TaskProgress } from "../../ui/task";
import { Tabs } from "../../ui/tabs";
import { DiffTable } from "./diff";
import { Mover } from "./move";
import { hrefOf, kindWords, moveOf, wayOf, ways, type Diff, type Target } from "./types";

type View = "diff" | "push" | "pull";

/** One mirror: how it differs, and what can be done about it. */
export function TargetPage({ target: t, name }: { target: Target | undefined; name: string }) {
  const [view, setView] = useState<View>("diff");
  const [turn, setTurn] = useState(0); // what was compared is old after a move
  if (!t) return <><h1 class="name">{name}</h1><Empty icon="mirror" title="There is no mirror of this name" action={<a class="button" href="/mirror">See all mirrors</a>} /></>;
  return (
    <>
      <nav aria-label="Back"><a href="/mirror" class="mir-back">← Mirrors</a></nav>
      <div class="page-head">
        <div>
          <h1 class="name">{t.name}</h1>
          <p><code class="name">{t.path}</code>{t.description && <span class="muted name"> · {t.description}</span>}</p>
        </div>
        <Reach target={t} />
      </div>
      {!t.exists && <Notice kind="warn" title="Its folder is not there"><p>Mount the disk or share it is on. The first push makes a folder that is missing, if the one above it is there.</p></Notice>}
      <section class="card stack" aria-label="Compare and copy">
        <Tabs label="What to do" value={view} onChange={setView} tabs={[{ id: "diff", label: "Compare" }, { id: "push", label: "Push to it" }, { id: "pull", label: "Pull from it" }]} />
        <div hidden={view !== "diff"}><Compare key={turn} target={t.name} /></div>
        <div hidden={view !== "push"}><Mover target={t.name} way="push" onDone={() => setTurn((n) => n + 1)} /></div>
        <div hidden={view !== "pull"}><Mover target={t.name} way="pull" onDone={() => setTurn((n) => n + 1)} /></div>
      </section>
      <History target={t.name} />
    </>
  );
}

export function Reach({ target: t }: { target: Target }) {
  return <span class="row"><Badge>{kindWords[t.kind] ?? t.kind}</Badge>{!t.exists ? <Badge kind="warn" icon="warn">Not there</Badge> : t.kind === "folder" && <Badge kind="ok" icon="check">Reachable</Badge>}</span>;
}

function Compare({ target }: { target: string }) {
  const [diff, setDiff] = useState<Diff | null>(null);
  const [id, setId] = useState("");
  const [error, setError] = useState<unknown>(null);
  const task = tasks.value.get(id);
  const run = async () => {
    setError(null);
    try {
      const started = await begin("/api/mirror/diff", { target });
      setId(started.id);
      await ended(started.id);
      const t = await whole(started.id);
      if (t.status === "completed") setDiff(t.result as Diff);
    } catch (e) {
      setError(e);
    }
  };
  return (
    <div class="stack">
      <div class="row">
        <p class="muted grow">Names and sizes of contents are compared; nothing is read or changed.</p>
        <Button kind={diff ? "plain" : "primary"} icon="mirror" busy={task !== undefined && going(task)} onClick={run} data-testid="mirror-compare">{diff ? "Compare again" : "Compare"}</Button>
      </div>
      {error !== null && <Problem error={error} onRetry={run} />}
      {task && <TaskProgress task={task} label="Comparing" />}
      {diff && <DiffTable diff={diff} />}
    </div>
  );
}

/** Pushes and pulls that were real, of this target or of all. */
export function History({ target }: { target?: string }) {
  const list = taskList.value.filter((t) => wayOf(t) !== undefined && moveOf(t).dryRun !== true && (!target || moveOf(t).target === target));
  if (list.length === 0) return null;
  return (
    <section class="card stack" aria-labelledby="mir-history">
      <h2 id="mir-history">History</h2>
      <ul class="mir-rows" data-testid="mirror-history">{list.slice(0, 20).map((t) => <Past key={t.id} task={t} withTarget={!target} />)}</ul>
    </section>
  );
}

function Past({ task: t, withTarget }: { task: Task; withTarget: boolean }) {
  const w = ways[wayOf(t)!];
  const name = moveOf(t).target ?? "";
  const took = t.startedAt && t.endedAt && !going(t) ? duration((Date.parse(t.endedAt) - Date.parse(t.startedAt)) / 1000) : "";
  return (
    <li>
      <strong>{w.verb}</strong>
      {withTarget && <a class="name" href={hrefOf(name)}>{name}</a>}
      <TaskBadge task={t} />
      <span class="muted name grow">{ago(t.createdAt)}{took && `, took ${took}`}{t.error && `. ${t.error}`}</span>
    </li>
  );
}
