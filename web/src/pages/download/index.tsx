import { useState } from "preact/hooks";
import { route } from "../../router";
import { Icon } from "../../ui/icons";
import { Skeleton } from "../../ui/show";
import { useAnalysis } from "../pick/ask";
import { contextAsked, memoryAsked } from "../pick/memory";
import { short } from "../pick/items";
import { Trouble } from "../pick/trouble";
import { Choose } from "./choose";
import { draft, fromAddress, wanted } from "./draft";
import { elsewhere, Input } from "./input";
import { Welcome } from "./welcome";
import "../pick/pick.css";
import "./download.css";

export default function Page() {
  const { query } = route.value;
  const [address, setAddress] = useState<URLSearchParams>();
  if (address !== query) { // before the first paint, so that nothing is asked twice
    setAddress(query);
    fromAddress(query);
  }
  const w = wanted.value;
  const d = draft.value;
  const type = d.type || w?.type || "";
  const revision = d.revision || w?.revision || "";
  const answer = useAnalysis({ repo: w?.repo ?? "", type, revision, memory: memoryAsked(), context: contextAsked() });
  const { analysis, choose, error, loading } = answer;
  return (
    <>
      <div class="page-head"><h1>Download</h1></div>
      <Input busy={loading} onEnter={() => document.querySelector<HTMLElement>(".dl-start:not(:disabled)")?.focus()} />
      <div class="away" role="status">{loading ? "Looking into it" : analysis ? `${short(analysis.repo, 100)}: ${analysis.type_description}` : ""}</div>
      {!w && d.text === "" && <Welcome />}
      {w && loading && !analysis && <div class="card"><p class="spinner"><span class="spin" aria-hidden="true" />Looking into {short(w.repo, 120)}…</p><Skeleton lines={5} /></div>}
      {w && !loading && !!error && <Trouble error={error} repo={w.repo} type={type} revision={revision} onRetry={answer.retry} onType={(t) => elsewhere({ type: t })} onRevision={(r) => elsewhere({ revision: r })} />}
      {w && !loading && choose && <Both repo={w.repo} />}
      {w && analysis && !error && !choose && <div class={loading ? "dl-dim" : ""} aria-busy={loading}><Choose of={analysis} wanted={w} stale={loading} /></div>}
    </>
  );
}

/** The name is both: one of them is meant. */
function Both({ repo }: { repo: string }) {
  return (
    <section class="card dl-both" data-testid="dl-both">
      <h2>“{short(repo, 120)}” is a model and a dataset. Which one do you want?</h2>
      <div class="row">
        <button type="button" onClick={() => elsewhere({ type: "model" })} data-testid="both-model"><Icon name="model" size={28} /><strong>The model</strong><span>To run or to train</span></button>
        <button type="button" onClick={() => elsewhere({ type: "dataset" })} data-testid="both-dataset"><Icon name="dataset" size={28} /><strong>The dataset</strong><span>Data to learn from</span></button>
      </div>
    </section>
  );
}

