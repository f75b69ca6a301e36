import { useState } from "preact/hooks";
import type { RepoRef } from "../../types";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icons";
import { short } from "./items";

/** More than this are found by searching. */
const shown = 100;

/** Which state of the repository: a branch, a tag, or a commit that is typed. */
export function Revision({ refs, value, commit, onChange }: { refs: readonly RepoRef[]; value: string; commit: string; onChange: (revision: string) => void }) {
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState("");
  const close = () => {
    setOpen(false);
    setSearch("");
  };
  const take = (name: string) => {
    close();
    if (name !== value) onChange(name);
  };
  const typed = search.trim();
  const found = refs.filter((r) => r.name.toLowerCase().includes(typed.toLowerCase()) || (typed.length >= 4 && r.commit.startsWith(typed.toLowerCase())));
  const known = refs.some((r) => r.name === typed);
  return (
    <>
      <button type="button" class="button pick-revision" aria-haspopup="dialog" title={commit && `Commit ${commit}`} onClick={() => setOpen(true)} data-testid="dl-revision">
        <Icon name="clock" size={16} /><span class="away">Version: </span><span class="cut">{short(value, 80)}</span><Icon name="chevron" size={14} />
      </button>
      <Dialog open={open} title="Which version?" onClose={close} testid="revisions">
        <form onSubmit={(e) => (e.preventDefault(), typed && take(found.length === 1 && !known ? found[0]!.name : typed))}>
          <TextField label="Search, or type a branch, tag or commit" value={search} onInput={setSearch} mono testid="revision-search" />
        </form>
        <ul class="pick-refs">
          {typed && !known && <li><button type="button" onClick={() => take(typed)} data-testid="revision-typed"><span class="grow">Use “<span class="name">{short(typed, 80)}</span>”</span></button></li>}
          {found.slice(0, shown).map((r) => (
            <li key={`${r.type} ${r.name}`}>
              <button type="button" aria-current={r.name === value ? "true" : undefined} onClick={() => take(r.name)}>
                <span class="name grow">{short(r.name, 200)}</span>
                <span class="muted">{r.type === "tag" ? "tag" : "branch"}</span>
                <code class="muted">{r.commit.slice(0, 7)}</code>
                {r.name === value && <Icon name="check" size={16} />}
              </button>
            </li>
          ))}
        </ul>
        {found.length > shown && <p class="muted">{found.length - shown} more. Search for what you need.</p>}
      </Dialog>
    </>
  );
}
