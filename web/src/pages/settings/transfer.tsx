import { useState } from "preact/hooks";
import { plural } from "../../format";
import { Button, IconButton } from "../../ui/button";
import { Select, TextField } from "../../ui/field";
import { Problem } from "../../ui/show";
import { toast } from "../../ui/toast";
import { changed, discard, edit, problems, save, sound, text } from "./draft";
import { fields, initialText, type SettingField } from "./fields";

export function Transfer() {
  return (
    <section class="card stack" aria-labelledby="set-transfer">
      <div>
        <h2 id="set-transfer">Downloads</h2>
        <p class="muted">A change holds at once for every connection, file and job that starts after it. Nothing that runs begins again.</p>
      </div>
      <div class="set-grid">{fields.map((f) => <One key={f.key} field={f} />)}</div>
    </section>
  );
}

function One({ field: f }: { field: SettingField }) {
  const value = text(f);
  const isNew = changed.value.includes(f);
  const shared = {
    label: <>{f.label}{isNew && <span class="set-new">not saved</span>}</>,
    hint: f.hint,
    error: problems.value[f.key] || undefined,
    value,
    testid: `set-${f.key}`,
  };
  return (
    <div class="set-one">
      {f.kind === "choice" ? (
        <Select {...shared} options={f.options!} onChange={(v) => edit(f, v)} />
      ) : (
        <TextField {...shared} type={f.kind === "number" ? "number" : "text"} min={f.min} max={f.max} placeholder={f.placeholder} onInput={(v) => edit(f, v)} />
      )}
      <p class="set-default">
        Default: {initialText(f)}
        {value !== f.initial && <IconButton icon="retry" label={`Back to the default of ${f.label}: ${initialText(f)}`} onClick={() => edit(f, f.initial)} />}
      </p>
    </div>
  );
}

/** What is not saved yet, above the end of the page for as long as there is any. */
export function Unsaved({ onSaved }: { onSaved: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const n = changed.value.length;
  const bad = !sound.value;
  const store = async () => {
    setBusy(true);
    setError(null);
    try {
      if (await save()) {
        toast("Settings saved");
        onSaved();
      }
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="set-unsaved-place" role="status">
      {n > 0 && (
        <div class="set-unsaved" data-testid="set-unsaved">
          {error !== null && <Problem error={error} />}
          <div class="row">
            <strong class="grow">{plural(n, "change is", "changes are")} not saved{bad && ". Correct what is marked first"}</strong>
            <Button onClick={() => (setError(null), discard())} data-testid="set-discard">Undo</Button>
            <Button kind="primary" busy={busy} disabled={bad} onClick={store} data-testid="set-save">Save</Button>
          </div>
        </div>
      )}
    </div>
  );
}
