import { useEffect, useState } from "preact/hooks";
import { repoPath } from "../../api";
import { ago, bytes, count, plural, when } from "../../format";
import { onEvent } from "../../live";
import { useLoad } from "../../load";
import { go } from "../../router";
import { system } from "../../system";
import { Button, Command, Copy } from "../../ui/button";
import { Badge, Empty, ExternalLink, Notice, Problem, Skeleton } from "../../ui/show";
import { ApiError } from "../../api";
import { Export } from "./export";
import { Files } from "./files";
import { remove } from "./remove";
import { Revisions } from "./revisions";
import { stateOf, stateWords, working } from "./state";
import { Verify } from "./verify";
import { keyOf, type CachedDetails, type RepoType } from "./types";

/** One repository: what it is, how to use it, its revisions and files. */
export function Details({ type, repo }: { type: RepoType; repo: string }) {
  const { data: d, error, loading, reload } = useLoad<CachedDetails>(`/api/cache/${repoPath(repo)}`, { type });
  useEffect(() => onEvent(reload), [reload]);
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <>
      <nav aria-label="Back"><a href="/cache" class="cache-back" data-testid="cache-back">← Cache</a></nav>
      <div class="page-head">
        <h1 class="name">{repo}</h1>
        {d && <Actions of={d} onGone={() => go("/cache")} />}
      </div>
      {gone ? (
        <Empty icon="cache" title="It is not in the cache" action={<a class="button primary" href={`/analyze/${repoPath(repo)}${type === "dataset" ? "?type=dataset" : ""}`}>Look at it on the Hub</a>}>
          <p>{type === "dataset" ? "The dataset" : "The model"} {repo} was deleted, or never downloaded.</p>
        </Empty>
      ) : error !== undefined && <Problem error={error} onRetry={reload} />}
      {!d && loading && <Skeleton lines={8} />}
      {d && <Facts of={d} />}
      {d && d.snippets.path && <Use of={d} />}
      {d && d.revisions.length > 0 && <Revisions of={d} onChanged={reload} />}
      {d && <Verify key={keyOf(d)} repo={d.repo} type={d.type} onHealed={reload} />}
      {d && <Export of={d} />}
      {d && d.files.length > 0 && <Files of={d} />}
    </>
  );
}

function Actions({ of: d, onGone }: { of: CachedDetails; onGone: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const drop = async () => {
    setBusy(true);
    setError(null);
    try {
      if (await remove(d)) onGone();
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div class="row">
        <a class="button" href={`/analyze/${repoPath(d.repo)}`}>Analyze</a>
        <Button kind="danger" icon="trash" busy={busy} onClick={drop} data-testid="cache-delete">Delete…</Button>
      </div>
      {error !== null && <div class="cache-wide"><Problem error={error} /></div>}
    </>
  );
}

function Facts({ of: d }: { of: CachedDetails }) {
  const job = working.value.get(keyOf(d));
  const state = stateWords[stateOf({ ...d, revisions: d.revisions.length })];
  const hub = (system.value?.endpoint || "https://huggingface.co").replace(/\/+$/, "");
  return (
    <section class="card stack" aria-label="About it">
      <div class="row">
        <Badge kind={state.kind}>{state.text}</Badge>
        <Badge icon={d.type === "dataset" ? "dataset" : "model"}>{d.type === "dataset" ? "Dataset" : "Model"}</Badge>
        <span class="muted grow">{state.title}.</span>
        {job && <a href={`/jobs/${job.id}`}>See the job</a>}
        <ExternalLink href={`${hub}/${d.type === "dataset" ? "datasets/" : ""}${repoPath(d.repo)}`}>On the Hub</ExternalLink>
      </div>
      <dl class="cache-facts">
        <div><dt>Size</dt><dd>{bytes(d.size)}</dd></div>
        <div><dt>Files</dt><dd>{count(d.fileCount)}</dd></div>
        <div><dt>Revisions</dt><dd>{count(d.revisions.length)}</dd></div>
        <div><dt>Downloaded</dt><dd title={when(d.downloaded)}>{ago(d.downloaded)}</dd></div>
        <div><dt>Last used</dt><dd title={when(d.lastUsed)}>{ago(d.lastUsed)}</dd></div>
        {d.partials.count > 0 && <div><dt>Unfinished</dt><dd>{bytes(d.partials.size)}</dd></div>}
      </dl>
      {(d.manifest?.filters.length ?? 0) > 0 && <p>Only what fits <code class="name">{d.manifest!.filters.join(", ")}</code> was asked for.</p>}
      {d.partials.count > 0 && !job && (
        <Notice kind="warn">{plural(d.partials.count, "file is", "files are")} unfinished, last written {ago(d.partials.oldest)}. <a href="/cache">The list of the cache</a> offers to go on.</Notice>
      )}
    </section>
  );
}

function Use({ of: d }: { of: CachedDetails }) {
  return (
    <section class="card stack" aria-labelledby="cache-use">
      <h2 id="cache-use">Use it</h2>
      <div class="cache-way">
        <h3>In Python</h3>
        <div class="cache-code">
          <pre tabIndex={0} aria-label="Python that loads it" data-testid="cache-python">{d.snippets.python}</pre>
          <Copy quiet text={d.snippets.python} label="Copy the Python lines" testid="cache-copy-python" />
        </div>
        <p class="field-hint">It loads what is here, without network.</p>
      </div>
      <div class="cache-way"><h3>Folder of its files</h3><Command text={d.snippets.path} label="Copy the path" testid="cache-path" /></div>
      {d.friendlyPath && <div class="cache-way"><h3>The same under a readable name</h3><Command text={d.friendlyPath} label="Copy the readable path" /></div>}
      <div class="cache-way"><h3>Download it elsewhere</h3><Command text={d.snippets.cli} /></div>
    </section>
  );
}
