import { useState } from "preact/hooks";
import { repoPath } from "../../api";
import { go, route } from "../../router";
import { system } from "../../system";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Empty, Skeleton } from "../../ui/show";
import { useAnalysis } from "../pick/ask";
import { short } from "../pick/items";
import { contextAsked, memoryAsked } from "../pick/memory";
import { parse } from "../pick/parse";
import { Trouble } from "../pick/trouble";
import { Report } from "./report";
import "../pick/pick.css";
import "./analyze.css";

type Kind = "" | "model" | "dataset";

export default function Page() {
  const { rest, query } = route.value;
  const repo = rest.length >= 2 ? rest.slice(0, 2).join("/") : "";
  const forced = query.get("dataset");
  const type: Kind = forced === "true" ? "dataset" : forced === "false" ? "model" : "";
  const revision = query.get("revision") ?? "";
  const answer = useAnalysis({ repo, type, revision, memory: memoryAsked(), context: contextAsked() }, 0);
  const { analysis, choose, error, loading } = answer;
  const fresh = analysis && analysis.repo.toLowerCase() === repo.toLowerCase();
  const to = (t: Kind, r: string) => go(address(repo, t, r));
  return (
    <>
      <div class="page-head"><h1>Analyze</h1></div>
      <Ask key={`${repo} ${type}`} repo={type === "dataset" ? `datasets/${repo}` : repo} />
      {!repo && <Empty icon="analyze" title="What is in a repository?">Type a name or paste a link: what it is, what it needs, what is safe to load, and all of its files. Nothing is downloaded.</Empty>}
      {repo && loading && !fresh && <div class="card"><p class="spinner" role="status"><span class="spin" aria-hidden="true" />Looking into {short(repo, 120)}…</p><Skeleton lines={8} /></div>}
      {repo && !loading && !!error && <Trouble error={error} repo={repo} type={type} revision={revision} onRetry={answer.retry} onType={(t) => to(t, "")} onRevision={(r) => to(type, r)} />}
      {repo && !loading && choose && (
        <Empty icon="help" title={`“${short(repo, 120)}” is a model and a dataset`} action={<div class="row"><Button icon="model" onClick={() => to("model", revision)} data-testid="both-model">The model</Button><Button icon="dataset" onClick={() => to("dataset", revision)} data-testid="both-dataset">The dataset</Button></div>}>Which one do you want to look at?</Empty>
      )}
      {fresh && !error && !choose && <div class={`an-report ${loading ? "an-dim" : ""}`} aria-busy={loading}><Report key={`${analysis.repo} ${analysis.commit} ${analysis.is_dataset}`} of={analysis} onRevision={(r) => to(analysis.is_dataset ? "dataset" : "model", r)} /></div>}
    </>
  );
}

function address(repo: string, type: Kind, revision: string): string {
  const q = new URLSearchParams();
  if (type) q.set("dataset", String(type === "dataset"));
  if (revision && revision !== "main") q.set("revision", revision);
  return `/analyze/${repoPath(repo)}${q.size > 0 ? `?${q.toString()}` : ""}`;
}

/** The field above; names and links as on the Download page. */
function Ask({ repo }: { repo: string }) {
  const [text, setText] = useState(repo);
  const [shown, setShown] = useState(false); // what is wrong, once Enter was pressed
  const p = parse(text, system.value?.endpoint);
  const look = () => {
    setShown(true);
    if (p.kind === "repo") go(address(p.wanted.repo, p.wanted.type, p.wanted.revision));
  };
  return (
    <form class="an-ask" role="search" onSubmit={(e) => (e.preventDefault(), look())}>
      <TextField label="Name or link of a model or dataset" value={text} onInput={setText} placeholder="owner/name" testid="an-input" error={shown && (p.kind === "wrong" || p.kind === "unfinished") ? p.hint : undefined} />
      <Button kind="primary" icon="analyze" type="submit" disabled={p.kind === "empty"} data-testid="an-go">Analyze</Button>
    </form>
  );
}
