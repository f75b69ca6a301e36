import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { ApiError, get } from "../../api";
import { bytes, duration, speed, when } from "../../format";
import { useHotkey } from "../../keys";
import { job, known, learn } from "../../live";
import { go } from "../../router";
import type { Job } from "../../types";
import { Copy } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { Empty, Problem, Skeleton } from "../../ui/show";
import { SpeedGraph } from "../../ui/speedgraph";
import { pause, resume } from "./act";
import { Actions } from "./actions";
import { Equal } from "./command";
import { Files } from "./files";
import { Figures, Progress, took } from "./row";
import { choice, State } from "./state";
import { Trouble } from "./trouble";

/** One job with its files. */
export function One({ id }: { id: string }) {
  const live = useMemo(() => job(id), [id]);
  const j = live.value;
  const [error, setError] = useState<unknown>(null);
  useEffect(() => { // an old one the socket did not tell of
    if (!known.value || live.peek()) return;
    get<Job>(`/api/jobs/${encodeURIComponent(id)}`).then(learn, setError);
  }, [id, known.value]);
  const toggle = useCallback(() => {
    const now = live.peek();
    if (now?.status === "running") void pause(now);
    else if (now?.status === "paused") void resume(now);
  }, [live]);
  useHotkey("p", "Pause or resume", toggle);
  if (!j) {
    return (
      <>
        <h1>Job</h1>
        {error instanceof ApiError && error.status === 404 ? <Empty icon="jobs" title="There is no such job" action={<a class="button" href="/jobs">All jobs</a>}>It may have been removed from the list.</Empty>
          : error ? <Problem error={error} /> : <Skeleton lines={5} />}
      </>
    );
  }
  return (
    <>
      <div class="stack">
        <a class="row" href="/jobs"><Icon name="back" size={14} />All jobs</a>
        <div class="page-head">
          <h1 class="name">{j.repo}</h1>
          <Actions of={j} words onDismissed={() => go("/jobs")} />
        </div>
        <div class="row" role="status"><State of={j} /></div>
        <Progress of={j} />
        <Figures of={j} />
      </div>
      {j.status === "failed" && <Trouble of={j} />}
      {(j.status === "running" || j.status === "paused") && <section class="card" aria-label="Speed"><SpeedGraph of={j.id} /></section>}
      <Facts of={j} />
      <Files of={j} />
    </>
  );
}

function Facts({ of: j }: { of: Job }) {
  const kind = j.isDataset ? "dataset" : "model", seconds = took(j);
  const facts: [string, ComponentChildren][] = [
    ["Kind", j.isDataset ? "Dataset" : "Model"],
    ["Revision", <span class="name">{j.revision}{j.commit && ` (${j.commit.slice(0, 7)})`}</span>],
    ["Chosen", <span class="name">{choice(j) || "everything"}</span>],
    ["Goes to", <span class="row"><span class="name mono">{j.outputDir}</span><Copy text={j.outputDir} label="Copy the folder" quiet /></span>],
    ["Added", when(j.createdAt)],
  ];
  if (j.startedAt) facts.push(["Started", when(j.startedAt)]);
  if (j.endedAt) facts.push(["Ended", seconds >= 1 ? `${when(j.endedAt)}, after ${duration(seconds)}` : when(j.endedAt)]);
  if (j.status === "completed" && seconds >= 1) facts.push(["On average", `${speed(j.progress.totalBytes / seconds)} for ${bytes(j.progress.totalBytes)}`]);
  return (
    <section class="card jobs-about" aria-label="About this job">
      <dl class="jobs-facts">{facts.map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>
      <Equal of={j} />
      {j.status === "completed" && <p class="row"><a href={`/cache/${kind}/${j.repo}`}>See it in the cache</a></p>}
    </section>
  );
}
