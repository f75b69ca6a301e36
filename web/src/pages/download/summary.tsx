import { useState } from "preact/hooks";
import { bytes, plural } from "../../format";
import { mainDisk, system } from "../../system";
import type { Analysis, DownloadRequest, Plan } from "../../types";
import { Button, Command } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { Meter, Notice, Problem } from "../../ui/show";
import { short } from "../pick/items";
import { Trouble } from "../pick/trouble";
import { limitAsked } from "./advanced";
import type { Planned } from "./plan";
import { start, type Started } from "./start";

interface Props {
  of: Analysis;
  request: DownloadRequest | undefined;
  also: readonly { request: DownloadRequest; size: number }[];
  planned: Planned;
  stale: boolean; // the analysis shown is of an earlier question
}

/** What will happen, whether there is room, and the button. */
export function Summary({ of: a, request, also, planned, stale }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(undefined);
  const [running, setRunning] = useState<Started | undefined>(undefined);
  const { plan, loading } = planned;
  const more = also.reduce((sum, r) => sum + r.size, 0);
  const missing = plan ? Math.max(0, plan.totalSize - (plan.cachedSize ?? 0)) + more : 0;
  const free = plan?.freeSpace ?? mainDisk(system.value)?.free;
  const over = plan && free !== undefined ? missing - free : 0;
  const begin = async () => {
    if (!request) return;
    setBusy(true);
    setProblem(undefined);
    setRunning(undefined);
    try {
      const started = await start(request, also.map((r) => r.request), limitAsked());
      if (started.existing) setRunning(started);
    } catch (e) {
      setProblem(e);
    }
    setBusy(false);
  };
  return (
    <section class="card dl-summary" aria-label="Your download">
      <h2>Your download</h2>
      <div class={loading ? "dl-dim" : ""} aria-live="polite" aria-busy={loading} data-testid="dl-sum">
        {!request ? <p>Tick what you want to have.</p> : planned.error ? null : plan ? <Sum plan={plan} more={also.length} size={more} /> : <p class="muted">Counting…</p>}
      </div>
      {!!planned.error && !loading && <Trouble error={planned.error} repo={a.repo} type={a.is_dataset ? "dataset" : "model"} revision={request?.revision ?? ""} onRetry={planned.retry} />}
      {plan && request && free !== undefined && <Room free={free} missing={missing} over={over} />}
      <Button
        kind={over > 0 ? "danger" : "primary"} icon={over > 0 ? "warn" : "download"} busy={busy} class="dl-start" data-testid="dl-start"
        disabled={!request || stale || (!loading && (!!planned.error || plan?.totalFiles === 0))} onClick={begin}
      >
        {!request ? "Nothing is ticked" : over > 0 ? `Start anyway: ${bytes(over)} too little space` : plan && missing === 0 && !loading && plan.totalFiles > 0 ? "Already here: check again" : plan && !loading ? `Download ${bytes(missing)}` : "Download"}
      </Button>
      {running && (
        <Notice kind="info" title="This download is already running">
          <p><a href={`/jobs/${running.job.id}`} data-testid="dl-existing">Go to the download</a></p>
        </Notice>
      )}
      {problem !== undefined && <Problem error={problem} onRetry={begin} />}
      <div class="dl-command">
        <p class="field-hint">The same in a terminal</p>
        <Command text={plan?.command ?? a.cli_command} testid="dl-command" />
      </div>
      {plan && request && plan.files.length > 0 && <FileList plan={plan} />}
    </section>
  );
}

function Sum({ plan, more, size }: { plan: Plan; more: number; size: number }) {
  const here = plan.cachedSize ?? 0;
  return (
    <>
      <p class="dl-total"><strong>{bytes(plan.totalSize + size)}</strong> <span>in {plural(plan.totalFiles, "file")}{more > 0 && `, and ${plural(more, "other repository", "other repositories")}`}</span></p>
      {here > 0 && <p class="dl-here"><Icon name="check" size={16} />{here >= plan.totalSize ? "All of it is already here" : `${bytes(here)} of it is already here`}</p>}
      {plan.totalFiles === 0 && <p>No file matches.</p>}
    </>
  );
}

function Room({ free, missing, over }: { free: number; missing: number; over: number }) {
  const text = over > 0 ? `${bytes(free)} free: ${bytes(over)} too little` : `${bytes(free)} free, ${bytes(free - missing)} after it`;
  return (
    <div class={`dl-room ${over > 0 ? "over" : ""}`} data-testid="dl-space">
      <Meter value={Math.min(missing, free)} max={Math.max(1, free)} label="Of the free space" text={text} />
      <p><Icon name={over > 0 ? "warn" : "disk"} size={16} />{text}</p>
      {over > 0 && <p><a href="/cache">Make room in the cache</a></p>}
    </div>
  );
}

const few = 6, many = 300;

function FileList({ plan }: { plan: Plan }) {
  const [all, setAll] = useState(false);
  const files = plan.files.slice(0, all ? many : few);
  return (
    <div class="dl-files">
      <h3>Files</h3>
      <ul>
        {files.map((f) => (
          <li key={f.path}>
            <span class="name grow">{short(f.path, 200)}</span>
            {f.cached && <span class="dl-has"><Icon name="check" size={14} /><span class="away">already here, </span></span>}
            <span class="num muted">{bytes(f.size)}</span>
          </li>
        ))}
      </ul>
      {plan.files.length > few && !all && <Button kind="quiet" onClick={() => setAll(true)}>Show {plan.files.length > many ? `the first ${many}` : `all ${plan.files.length}`}</Button>}
      {all && plan.files.length > many && <p class="muted">{plural(plan.files.length - many, "more", "more")}; the analysis lists all.</p>}
    </div>
  );
}
