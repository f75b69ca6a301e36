import { useCallback, useRef } from "preact/hooks";
import { useHotkey } from "../../keys";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { change, draft, parsed, type } from "./draft";

/** The one big field. */
export function Input({ busy, onEnter }: { busy: boolean; onEnter: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const focus = useCallback(() => (field.current?.focus(), field.current?.select()), []);
  useHotkey("/", "Type a name or link", focus);
  const { text } = draft.value;
  const p = parsed.value;
  const wrong = p.kind === "wrong";
  return (
    <form class="dl-ask" role="search" onSubmit={(e) => (e.preventDefault(), onEnter())}>
      <label for="dl-input">Paste a model or dataset name, or a Hugging Face link</label>
      <div class={`dl-field ${wrong ? "wrong" : ""}`}>
        {busy ? <span class="spin" aria-hidden="true" /> : <Icon name="search" size={22} />}
        <input
          id="dl-input" ref={field} value={text} placeholder="owner/name" autocomplete="off" autocapitalize="off" spellcheck={false}
          aria-describedby="dl-hint" aria-invalid={wrong || undefined}
          onInput={(e) => type(e.currentTarget.value)} data-testid="dl-input"
        />
        {text && <IconButton icon="close" label="Clear" onClick={() => (type(""), focus())} />}
      </div>
      <p id="dl-hint" class={wrong ? "field-error" : "field-hint"} aria-live="polite">
        {wrong && <Icon name="error" size={16} />}
        {p.kind === "wrong" || p.kind === "unfinished" ? p.hint : "Links to a file or folder work too, and so do the commands people share: git clone, hf download, ollama run."}
      </p>
    </form>
  );
}


/** Forgets what was chosen by hand when another revision or kind is looked at. */
export function elsewhere(to: { type?: "model" | "dataset"; revision?: string }): void {
  change({ ...to, ticks: null, picks: [], also: new Set(), everything: false });
}
