import { useMemo } from "preact/hooks";
import { plural, bytes } from "../../format";
import type { Analysis } from "../../types";
import { Icon } from "../../ui/icons";
import { Details, ExternalLink, Notice } from "../../ui/show";
import { list, noOptions, recommended, request, toggled, type Options } from "../pick/choice";
import { facts } from "../pick/facts";
import { FactList } from "../pick/factlist";
import { Items, short, type Here } from "../pick/items";
import { analysisHref } from "../pick/links";
import { MemoryLine } from "../pick/memory";
import type { Wanted } from "../pick/parse";
import { presets } from "../pick/presets";
import { Revision } from "../pick/revision";
import { hubPage, Safety } from "../pick/safety";
import { Advanced } from "./advanced";
import { change, draft } from "./draft";
import { elsewhere } from "./input";
import { usePlan } from "./plan";
import { Also } from "./related";
import { Summary } from "./summary";

/** Everything there is to choose about one repository. */
export function Choose({ of: a, wanted, stale }: { of: Analysis; wanted: Wanted; stale: boolean }) {
  const d = draft.value;
  const items = a.selectable_items ?? [];
  const start = useMemo(() => begin(a, wanted, d.picks), [a, wanted, d.picks]);
  const options = d.options ?? start.options;
  const ticks = d.ticks ?? start.ticks;
  const typed = list(options.filters).length > 0;
  const choice = useMemo(() => request(a, { items, ticks, everything: d.everything, options }), [a, ticks, d.everything, options]);
  const planned = usePlan(stale ? undefined : choice);
  const here = useHere(a, stale, items.length > 0);
  const others = a.related_downloads ?? [];
  const also = others.filter((r) => d.also.has(r.repo)).map((r) => ({ request: { repo: r.repo, dataset: r.type === "dataset" }, size: r.size ?? 0 }));
  return (
    <div class="dl-choose">
      <div class="stack dl-left">
        <About of={a} />
        {d.also.size === 0 && others.some((r) => r.required) && <Notice kind="info" title="It does not work alone"><p>Tick what it needs under “Goes with it”.</p></Notice>}
        {items.length > 0 && (
          <section class="card stack" aria-label="What to download">
            <h2>What to download</h2>
            {typed ? <p class="field-hint">The words under “More options” decide. Empty them to use the ticks again.</p> : <Whole of={a} on={d.everything} />}
            {!d.everything && !typed && (
              <>
                {items.some((i) => !!i.ram) && <MemoryLine of={a} />}
                <Items items={items} ticks={ticks} here={here} disabled={false} onToggle={(i) => change({ ticks: toggled(items, ticks, i) })} onSet={(t) => change({ ticks: t })} />
              </>
            )}
          </section>
        )}
        {others.length > 0 && <section class="card"><Also list={others} /></section>}
        <Safety of={a} />
        {(a.warnings ?? []).length > 0 && <Details summary={plural(a.warnings!.length, "note")}><ul class="pick-paths">{a.warnings!.slice(0, 20).map((w) => <li key={w} class="name">{short(w, 400)}</li>)}</ul></Details>}
        <section class="card"><Advanced options={options} /></section>
      </div>
      <div class="dl-right"><Summary of={a} request={choice} also={also} planned={planned} stale={stale} /></div>
    </div>
  );
}

/** What is chosen before anybody did: what the link says, else what is recommended. */
function begin(a: Analysis, w: Wanted, picks: readonly string[]): { ticks: Set<string>; options: Options } {
  const items = a.selectable_items ?? [];
  const named = items.filter((i) => picks.includes(i.id)).map((i) => i.id);
  if (named.length > 0) return { ticks: new Set(named), options: noOptions };
  const meant = presets(items, w);
  if (meant) return { ticks: meant, options: noOptions };
  const options = { ...noOptions, filters: w.filters.join(","), excludes: w.excludes.join(","), exact: w.exact };
  return { ticks: recommended(items), options };
}

/** What of the whole repository is on this machine. */
function useHere(a: Analysis, stale: boolean, matters: boolean): Here {
  const whole = useMemo(() => ({ repo: a.repo, revision: a.branch, dataset: a.is_dataset }), [a]);
  const { plan } = usePlan(matters && !stale ? whole : undefined);
  return useMemo(() => new Map((plan?.files ?? []).map((f) => [f.path, f.cached === true])), [plan]);
}

function About({ of: a }: { of: Analysis }) {
  const found = facts(a).slice(0, 8);
  return (
    <section class="card stack" aria-label="About it" data-testid="dl-about">
      <div class="dl-about">
        <Icon name={a.is_dataset ? "dataset" : "model"} size={34} />
        <div class="grow">
          <h2 class="name">{short(a.repo, 200)}</h2>
          <p class="muted">{a.type_description} · {plural(a.file_count, "file")}, {bytes(a.total_size)} in all{a.safety.license && <> · licence <span class="name">{short(a.safety.license, 80)}</span></>}</p>
        </div>
        <Revision refs={a.refs} value={a.branch} commit={a.commit} onChange={(revision) => elsewhere({ revision })} />
      </div>
      {found.length > 0 && <FactList facts={found} />}
      <p class="row">
        <a href={analysisHref(a)} data-testid="dl-analyze">All that is known, and all files</a>
        <span aria-hidden="true" class="muted">·</span>
        <ExternalLink href={hubPage(a.repo, a.is_dataset)}>Its page on the Hub</ExternalLink>
      </p>
    </section>
  );
}

function Whole({ of: a, on }: { of: Analysis; on: boolean }) {
  return (
    <div class="dl-whole" role="radiogroup" aria-label="How much">
      <label><input type="radio" name="dl-whole" checked={!on} onChange={() => change({ everything: false })} data-testid="dl-ticked" />Only what I tick</label>
      <label><input type="radio" name="dl-whole" checked={on} onChange={() => change({ everything: true })} data-testid="dl-everything" />Everything, {bytes(a.total_size)}</label>
    </div>
  );
}
