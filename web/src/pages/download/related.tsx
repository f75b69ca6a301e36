import { bytes } from "../../format";
import type { Related as Other } from "../../types";
import { Badge } from "../../ui/show";
import { short } from "../pick/items";
import { parse } from "../pick/parse";
import { relation } from "../pick/words";
import { change, draft } from "./draft";

/** Repositories that are needed besides, as further ticks. */
export function Also({ list }: { list: readonly Other[] }) {
  const { also } = draft.value;
  const toggle = (repo: string) => {
    const next = new Set(also);
    if (!next.delete(repo)) next.add(repo);
    change({ also: next });
  };
  return (
    <fieldset class="pick-group">
      <legend>Goes with it</legend>
      <div class="pick-list">
        {list.slice(0, 40).map((r) => {
          const possible = parse(r.repo).kind === "repo";
          return (
            <label key={r.repo} class={`pick-item ${also.has(r.repo) ? "on" : ""}`}>
              <input type="checkbox" checked={also.has(r.repo)} disabled={!possible} onChange={() => toggle(r.repo)} data-testid={`also-${r.repo.slice(0, 200)}`} />
              <span class="pick-what">
                <span class="pick-title"><strong class="name">{short(r.repo, 120)}</strong><Badge>{short(relation(r.type), 40)}</Badge>{r.required && <Badge kind="warn" icon="info">Needed</Badge>}</span>
                <span class="pick-text name">{short(r.description, 300)}</span>
              </span>
              <span class="pick-numbers">{!!r.size && <span class="pick-size">{bytes(r.size)}</span>}</span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
