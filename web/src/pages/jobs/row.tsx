import { useMemo } from "preact/hooks";
import { bytes, duration, eta, percent, plural, speed, when, ago } from "../../format";
import type { Job } from "../../types";
import { Bar } from "../../ui/show";
import { Icon } from "../../ui/icons";
import { Actions } from "./actions";
import { choice, State } from "./state";
import { Trouble } from "./trouble";

/** How long a job took, in seconds; 0 while that is not known. */
export function took(j: Job): number {
  return j.startedAt && j.endedAt ? (Date.parse(j.endedAt) - Date.parse(j.startedAt)) / 1000 : 0;
}

/** One line of figures: what came, how fast, how long. */
export function Figures({ of: j }: { of: Job }) {
  const p = j.progress;
  const parts = [];
  if (p.totalBytes > 0) parts.push(j.status === "completed" ? bytes(p.totalBytes) : `${bytes(p.downloadedBytes)} of ${bytes(p.totalBytes)}`);
  if (p.totalFiles > 0) parts.push(j.status === "completed" ? plural(p.totalFiles, "file") : `${p.completedFiles} of ${plural(p.totalFiles, "file")}`);
  if (j.status === "running") {
    parts.push(speed(p.bytesPerSecond));
    if (p.totalBytes > 0 && p.bytesPerSecond > 0) parts.push(`${eta(p.totalBytes - p.downloadedBytes, p.bytesPerSecond)} left`);
    if (p.activity) parts.push(p.activity);
  }
  if (j.status === "completed" && took(j) >= 1) parts.push(`in ${duration(took(j))}`);
  if (j.limitRate) parts.push(`limited to ${j.limitRate}/s`);
  if (j.priority !== 0) parts.push(`priority ${j.priority}`);
  return <p class="jobs-figures muted">{parts.map((s) => <span key={s}>{s}</span>)}</p>;
}

export function Progress({ of: j }: { of: Job }) {
  const p = j.progress;
  const state = j.status === "completed" ? "ok" : j.status === "failed" ? "bad" : j.status === "running" ? "" : "still";
  const max = j.status === "completed" ? Math.max(1, p.totalBytes) : p.totalBytes;
  if (j.status !== "running" && max === 0) return null;
  return (
    <div class="jobs-progress">
      <Bar value={j.status === "completed" ? max : p.downloadedBytes} max={max} label={`Progress of ${j.repo}`} state={state} />
      <span class="num">{max > 0 ? `${j.status === "completed" ? 100 : percent(p.downloadedBytes, p.totalBytes)} %` : ""}</span>
    </div>
  );
}

interface RowProps {
  of: Job;
  chosen: boolean;
  onChoose: (id: string, yes: boolean) => void; // stable
}

/** A job in the list. It is drawn again only when the job itself is another. */
export function Row({ of, chosen, onChoose }: RowProps) {
  return useMemo(() => <Card of={of} chosen={chosen} onChoose={onChoose} />, [of, chosen, onChoose]);
}

function Card({ of: j, chosen, onChoose }: RowProps) {
  const chose = choice(j);
  return (
    <li class="card jobs-row" data-testid={`job-${j.id}`}>
      <div class="jobs-head">
        <input type="checkbox" aria-label={`Select ${j.repo}`} checked={chosen} onChange={(e) => onChoose(j.id, e.currentTarget.checked)} data-testid={`job-select-${j.id}`} />
        <Icon name={j.isDataset ? "dataset" : "model"} />
        <a class="name jobs-name" href={`/jobs/${j.id}`}>{j.repo}</a>
        <State of={j} />
        <Actions of={j} />
      </div>
      <Progress of={j} />
      <Figures of={j} />
      <p class="jobs-figures muted">
        {j.revision !== "main" && <span class="name">revision {j.revision}</span>}
        {chose && <span class="name">{chose}</span>}
        <span title={when(j.createdAt)}>{j.endedAt ? `ended ${ago(j.endedAt)}` : `added ${ago(j.createdAt)}`}</span>
      </p>
      {j.status === "failed" && <Trouble of={j} />}
    </li>
  );
}
