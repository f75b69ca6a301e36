import { useMemo, useState } from "preact/hooks";
import { bytes, plural, when } from "../../format";
import { go } from "../../router";
import type { Analysis, Item } from "../../types";
import { Button, Command, Copy } from "../../ui/button";
import { Details, ExternalLink, Notice } from "../../ui/show";
import { Table } from "../../ui/table";
import { recommended, toggled } from "../pick/choice";
import { facts, sections } from "../pick/facts";
import { FactList } from "../pick/factlist";
import { Items, short } from "../pick/items";
import { downloadHref } from "../pick/links";
import { MemoryLine } from "../pick/memory";
import { Revision } from "../pick/revision";
import { hubPage, Safety } from "../pick/safety";
import { relation, sentence } from "../pick/words";
import { Files } from "./files";
import { Tree } from "./tree";

const nothing: ReadonlyMap<string, boolean> = new Map();

/** Everything an analysis knows. */
export function Report({ of: a, onRevision }: { of: Analysis; onRevision: (r: string) => void }) {
  const items = a.selectable_items ?? [];
  const [chosen, setChosen] = useState<Set<string>>();
  const ticks = useMemo(() => chosen ?? recommended(items), [chosen, a]);
  return (
    <>
      <Head of={a} ticks={ticks} onRevision={onRevision} />
      {(a.warnings ?? []).length > 0 && (
        <Notice kind="warn" title={plural(a.warnings!.length, "thing") + " could not be found out"}>
          <ul class="pick-paths">{a.warnings!.slice(0, 50).map((w) => <li key={w} class="name">{short(w, 600)}</li>)}</ul>
        </Notice>
      )}
      {items.length > 0 && (
        <section class="card stack" aria-labelledby="an-choices">
          <h2 id="an-choices">What can be downloaded by itself</h2>
          {items.some((i) => !!i.ram) && <MemoryLine of={a} />}
          <Items items={items} ticks={ticks} here={nothing} disabled={false} onToggle={(i: Item) => setChosen(toggled(items, ticks, i))} onSet={setChosen} />
        </section>
      )}
      <section class="card stack" aria-labelledby="an-safety"><h2 id="an-safety">Safety</h2><Safety of={a} full /></section>
      {sections(a).map(([key, data]) => <Section key={key} id={key} data={data} by={a.analyzers?.[key] ?? ""} />)}
      <Others of={a} />
      <Files files={a.files} />
      <Refs of={a} onRevision={onRevision} />
      <Raw of={a} />
    </>
  );
}

function Head({ of: a, ticks, onRevision }: { of: Analysis; ticks: Set<string>; onRevision: (r: string) => void }) {
  const found = [
    ...facts(a),
    { key: "files", label: "Files", value: `${plural(a.file_count, "file")}, ${bytes(a.total_size)}` },
    { key: "commit", label: "Commit", value: a.commit },
    { key: "evidence", label: "Recognised by", value: a.evidence ?? "" },
    { key: "at", label: "Looked at", value: when(a.analyzed_at) },
  ].filter((f) => f.value);
  return (
    <section class="card stack" aria-labelledby="an-name" data-testid="an-head">
      <div class="an-head">
        <div class="grow">
          <h2 class="name" id="an-name">{short(a.repo, 200)}</h2>
          <p class="muted">{a.type_description} · <ExternalLink href={hubPage(a.repo, a.is_dataset)}>Its page on the Hub</ExternalLink></p>
        </div>
        <div class="row">
          <Revision refs={a.refs} value={a.branch} commit={a.commit} onChange={onRevision} />
          <Button kind="primary" icon="download" onClick={() => go(downloadHref(a, ticks))} data-testid="an-download">Download</Button>
        </div>
      </div>
      <FactList facts={found} />
      <Command text={a.cli_command_full || a.cli_command} testid="an-command" />
    </section>
  );
}

/** A section of an analyzer, built in or a plugin's: whatever it holds. */
function Section({ id, data, by }: { id: string; data: Record<string, unknown>; by: string }) {
  return (
    <section class="card stack" aria-label={sentence(short(id, 80))} data-testid={`section-${id}`}>
      <h2 class="name">{sentence(short(id, 80))} {by && by !== id && <span class="muted an-by">by {short(by, 60)}</span>}</h2>
      <Tree value={data} />
    </section>
  );
}

function Others({ of: a }: { of: Analysis }) {
  const list = a.related_downloads ?? [];
  if (list.length === 0) return null;
  return (
    <section class="card stack" aria-labelledby="an-others">
      <h2 id="an-others">Goes with it</h2>
      <ul class="an-others">
        {list.slice(0, 100).map((r) => (
          <li key={r.repo}>
            {/^[\w.-]+\/[\w.-]+$/.test(r.repo) ? <a class="name" href={`/analyze/${r.repo}`}>{r.repo}</a> : <span class="name">{short(r.repo, 200)}</span>}
            <span class="muted"> · {short(relation(r.type), 60)}{r.required && ", needed"}{!!r.size && `, ${bytes(r.size)}`}</span>
            {r.description && <div class="name">{short(r.description, 300)}</div>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Refs({ of: a, onRevision }: { of: Analysis; onRevision: (r: string) => void }) {
  if (a.refs.length === 0) return null;
  return (
    <section class="card" aria-label="Branches and tags">
      <Details summary={plural(a.refs.length, "branch or tag", "branches and tags")}>
        <Table
          caption="Branches and tags" rows={a.refs.slice(0, 300)} keyOf={(r) => `${r.type} ${r.name}`}
          columns={[
            { id: "name", head: "Name", cell: (r) => <button type="button" class="an-link name" onClick={() => onRevision(r.name)}>{short(r.name, 200)}</button> },
            { id: "type", head: "Kind", cell: (r) => r.type },
            { id: "commit", head: "Commit", cell: (r) => <code>{r.commit.slice(0, 12)}</code> },
          ]}
        />
      </Details>
    </section>
  );
}

/** More text than this is copied, not shown. */
const longest = 200_000;

function Raw({ of: a }: { of: Analysis }) {
  const [open, setOpen] = useState(false);
  const text = useMemo(() => (open ? JSON.stringify(a, null, 2) : ""), [a, open]);
  return (
    <section class="card stack" aria-label="Raw answer">
      <div class="row">
        <Button icon="terminal" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="an-raw">{open ? "Hide the raw answer" : "Raw answer (JSON)"}</Button>
        {open && <Copy text={text} label="Copy JSON" testid="an-raw-copy" />}
      </div>
      {open && <pre class="an-raw" tabIndex={0} aria-label="JSON">{text.length > longest ? `${text.slice(0, longest)}\n… ${plural(text.length - longest, "more character")}; Copy has all` : text}</pre>}
    </section>
  );
}
