import { useEffect, useRef, useState } from "preact/hooks";
import { bytes, plural } from "../../format";
import { system } from "../../system";
import { Details } from "../../ui/show";
import { kind, picked, state, stateOf, type Kind } from "./state";
import { treemap } from "./treemap";
import { keyOf, type CachedRepo } from "./types";

/** How many repositories have a place of their own in the picture. */
const most = 14;

interface Area {
  label: string;
  size: number;
  kind: "model" | "dataset" | "rest";
  keys: string[];
}

/** What takes the space, as a picture that filters the list. */
export function Space({ repos }: { repos: readonly CachedRepo[] }) {
  const areas = areasOf(repos);
  if (areas.length === 0) return null;
  return (
    <section class="card stack" aria-labelledby="cache-space">
      <div class="cache-space-head">
        <h2 id="cache-space">What takes the space</h2>
        <Legend repos={repos} />
      </div>
      <Picture areas={areas} />
      <DiskBar repos={repos} />
      <Details summary="The same as a table">
        <table class="table" data-testid="cache-space-table">
          <caption class="away">Space by repository, the largest first</caption>
          <thead><tr><th scope="col">Repository</th><th scope="col" class="right">Size</th></tr></thead>
          <tbody>{areas.map((a) => <tr key={a.keys[0]}><td class="name" data-label="Repository">{a.label}</td><td class="right" data-label="Size">{bytes(a.size)}</td></tr>)}</tbody>
        </table>
      </Details>
    </section>
  );
}

const sizeOf = (r: CachedRepo) => r.size + r.partials.size;

function areasOf(repos: readonly CachedRepo[]): Area[] {
  const bySize = repos.filter((r) => sizeOf(r) > 0).sort((a, b) => sizeOf(b) - sizeOf(a));
  const cut = bySize.length > most + 1 ? most : bySize.length;
  const areas = bySize.slice(0, cut).map((r): Area => ({ label: r.repo, size: sizeOf(r), kind: r.type, keys: [keyOf(r)] }));
  const rest = bySize.slice(cut);
  if (rest.length > 0) {
    areas.push({ label: `${plural(rest.length, "other", "others")}`, size: rest.reduce((s, r) => s + sizeOf(r), 0), kind: "rest", keys: rest.map(keyOf) });
  }
  return areas;
}

function Picture({ areas }: { areas: Area[] }) {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ w: 1000, h: 230 });
  useEffect(() => {
    const seen = new ResizeObserver(([e]) => e && setSize({ w: e.contentRect.width, h: e.contentRect.height }));
    if (box.current) seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
  const on = picked.value;
  return (
    <div class="cache-map" ref={box} role="group" aria-label="Repositories by size; choose one to see it alone">
      {treemap(areas, (a) => a.size, size.w, size.h).map(({ item: a, x, y, w, h }) => {
        const active = on?.label === a.label && on.keys.has(a.keys[0]!);
        const roomy = (w / 100) * size.w > 74 && (h / 100) * size.h > 42;
        return (
          <button
            key={a.keys[0]}
            type="button"
            class={`cache-tile ${a.kind} ${on && !active ? "dim" : ""}`}
            style={{ left: `${x}%`, top: `${y}%`, width: `${w}%`, height: `${h}%` }}
            aria-pressed={active}
            title={`${a.label} · ${bytes(a.size)}`}
            data-testid={`cache-tile-${a.keys[0]}`}
            onClick={() => (picked.value = active ? null : { label: a.label, keys: new Set(a.keys) })}
          >
            <Words of={a} roomy={roomy} />
          </button>
        );
      })}
    </div>
  );
}

/** What a tile says: where there is no room, to screen readers alone. */
function Words({ of: a, roomy }: { of: Area; roomy: boolean }) {
  if (!roomy) return <span class="away">{a.label}, {bytes(a.size)}</span>;
  const at = a.label.indexOf("/") + 1;
  return (
    <>
      {at > 0 && <span class="away">{a.label.slice(0, at)}</span>}
      <span class="cut">{a.label.slice(at)}</span>
      <small>{bytes(a.size)}</small>
    </>
  );
}

function Legend({ repos }: { repos: readonly CachedRepo[] }) {
  const sum = (type: Kind) => repos.reduce((s, r) => s + (r.type === type ? sizeOf(r) : 0), 0);
  const unfinished = repos.filter((r) => stateOf(r) === "unfinished");
  const entry = (type: "model" | "dataset", label: string) =>
    repos.some((r) => r.type === type) && (
      <button type="button" class="cache-key" aria-pressed={kind.value === type} onClick={() => (kind.value = kind.value === type ? "all" : type)}>
        <i class={type} aria-hidden="true" />{label} {bytes(sum(type))}
      </button>
    );
  return (
    <div class="row" role="group" aria-label="Filter by kind">
      {entry("model", "Models")}
      {entry("dataset", "Datasets")}
      {unfinished.length > 0 && (
        <button type="button" class="cache-key" aria-pressed={state.value === "unfinished"} onClick={() => (state.value = state.value === "unfinished" ? "" : "unfinished")}>
          <i class="unfinished" aria-hidden="true" />Unfinished {bytes(unfinished.reduce((s, r) => s + r.partials.size, 0))}
        </button>
      )}
    </div>
  );
}

/** The disk the cache is on: this cache, everything else, free. */
function DiskBar({ repos }: { repos: readonly CachedRepo[] }) {
  const disk = system.value?.disks.find((d) => d.purpose === "cache");
  if (!disk || disk.total <= 0) return null;
  const mine = Math.min(disk.total - disk.free, repos.reduce((s, r) => s + sizeOf(r), 0));
  const part = (n: number) => ({ width: `${(n / disk.total) * 100}%` });
  const words = `The cache takes ${bytes(mine)}, everything else ${bytes(disk.total - disk.free - mine)}; ${bytes(disk.free)} of ${bytes(disk.total)} are free`;
  return (
    <div class="cache-disk">
      <div class="cache-disk-bar" role="img" aria-label={words}>
        <span class="mine" style={part(mine)} />
        <span class="else" style={part(disk.total - disk.free - mine)} />
      </div>
      <p class="muted">{words}.</p>
    </div>
  );
}
