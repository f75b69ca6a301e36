import { useMemo, useState } from "preact/hooks";
import { bytes, plural } from "../../format";
import type { Item } from "../../types";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Badge, Stars } from "../../ui/show";
import { groups, single } from "./choice";
import { category } from "./words";

/** What of the repository is on this machine already, by path. */
export type Here = ReadonlyMap<string, boolean>;

interface Props {
  items: readonly Item[];
  ticks: ReadonlySet<string>;
  here: Here;
  disabled: boolean;
  onToggle: (item: Item) => void;
  onSet: (ticks: Set<string>) => void;
}

/** The parts to choose from, one group a category. */
export function Items({ items, ...rest }: Props) {
  const found = useMemo(() => groups(items), [items]);
  return <>{found.map(([id, list]) => <Group key={id} id={id} list={list} {...rest} />)}</>;
}

/** A dataset may have thousands of subsets: more rows than this are searched. */
const shown = 60;
const fewRows = 12;

function Group({ id, list, ticks, here, disabled, onToggle, onSet }: Omit<Props, "items"> & { id: string; list: Item[] }) {
  const [search, setSearch] = useState("");
  const { title, hint } = category(id);
  const wanted = search.trim().toLowerCase();
  const rows = wanted ? list.filter((i) => `${i.label}\n${i.description}`.toLowerCase().includes(wanted)) : list;
  const many = !list.some(single) && list.length > 3;
  const all = (on: boolean) => {
    const next = new Set(ticks);
    for (const i of rows) on ? next.add(i.id) : next.delete(i.id);
    onSet(next);
  };
  return (
    <fieldset class="pick-group" disabled={disabled}>
      <legend>{title}{list.length > 1 && <span class="muted"> · {list.length}</span>}</legend>
      {hint && <p class="field-hint">{hint}</p>}
      {(list.length > fewRows || many) && (
        <div class="pick-tools">
          {list.length > fewRows && <TextField label={`Search ${title.toLowerCase()}`} hideLabel type="search" placeholder="Search" value={search} onInput={setSearch} testid={`search-${id}`} />}
          {many && <Button kind="quiet" onClick={() => all(true)}>Tick all</Button>}
          {many && <Button kind="quiet" onClick={() => all(false)}>Tick none</Button>}
        </div>
      )}
      <div class="pick-list">
        {rows.slice(0, shown).map((i) => <Row key={i.id} item={i} group={id} on={ticks.has(i.id)} here={here} onToggle={onToggle} />)}
      </div>
      {rows.length > shown && <p class="muted">{plural(rows.length - shown, "more", "more")}. Search for what you need.</p>}
      {rows.length === 0 && <p class="muted">Nothing has “{search.trim().slice(0, 60)}” in its name.</p>}
    </fieldset>
  );
}

function Row({ item, group, on, here, onToggle }: { item: Item; group: string; on: boolean; here: Here; onToggle: (item: Item) => void }) {
  return (
    <label class={`pick-item ${on ? "on" : ""}`}>
      <input
        type={single(item) ? "radio" : "checkbox"}
        name={single(item) ? `pick-${group}` : undefined}
        checked={on}
        onChange={() => onToggle(item)}
        data-testid={`item-${item.id.toLowerCase()}`}
      />
      <span class="pick-what">
        <span class="pick-title">
          <strong class="name">{short(item.label, 120)}</strong>
          {item.recommended && <Badge kind="accent" icon="star">Recommended</Badge>}
          <Presence item={item} here={here} />
        </span>
        {item.description && <span class="pick-text name">{short(item.description, 300)}</span>}
        {item.files[0] !== undefined && <code class="pick-file cut">{short(item.files[0], 200)}{item.files.length > 1 && ` and ${plural(item.files.length - 1, "more file")}`}</code>}
        {item.recommended && item.reason && <span class="pick-text name">Why: {short(item.reason, 300)}</span>}
      </span>
      <span class="pick-numbers">
        <span class="pick-size">{item.size > 0 ? bytes(item.size) : ""}</span>
        {item.quality > 0 && <Stars n={item.quality} />}
        {!!item.ram && <span class="muted">{bytes(item.ram)} memory</span>}
        {item.fits === true && <Badge kind="ok" icon="check">Fits</Badge>}
        {item.fits === false && <Badge kind="warn" icon="warn">Too large</Badge>}
      </span>
    </label>
  );
}

function Presence({ item, here }: { item: Item; here: Here }) {
  if (item.revision || item.files.length === 0) return null;
  const n = item.files.filter((f) => here.get(f)).length;
  if (n === 0) return null;
  return n === item.files.length ? <Badge kind="ok" icon="cache" testid={`here-${item.id.toLowerCase()}`}>Already here</Badge> : <Badge icon="cache">{n} of {item.files.length} files here</Badge>;
}

/** A text from elsewhere, as long as there is room for. What would turn it around
 *  or hide in it (exe.png for gnp.exe) is made visible. */
export function short(s: string, n: number): string {
  return (s.length > n ? `${s.slice(0, n)}…` : s).replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "\ufffd");
}
