import type { Signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { bytes } from "../../format";
import { stored } from "../../store";
import { system } from "../../system";
import type { Analysis } from "../../types";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icons";

/** Memory a model may use, as typed: "" is what this machine has. */
export const memory = stored("memory", "");
/** Tokens to plan memory for, as typed: "" is the usual. */
export const context = stored("context", "");

const sizeRule = /^\d+(\.\d+)?\s*([kmgt]i?b?|b)?$/i;
const tokenRule = /^\d+(\.\d+)?\s*k?$/i;

/** What the analysis is asked with; a value that is none is left out. */
export function memoryAsked(): string {
  return sizeRule.test(memory.value.trim()) ? memory.value.replace(/\s+/g, "") : "auto";
}

export function contextAsked(): string {
  return tokenRule.test(context.value.trim()) ? context.value.replace(/\s+/g, "") : "";
}

/** What "fits" is measured with, and a way to change it. */
export function MemoryLine({ of: a }: { of: Analysis }) {
  const [open, setOpen] = useState(false);
  if (!a.fit) return null;
  const own = memoryAsked() === "auto";
  return (
    <div class="pick-memory" data-testid="memory">
      <p class="pick-memory-line">
        <Icon name="memory" size={18} />
        <span class="grow">“Fits” means: in <strong>{bytes(a.fit.memory)}</strong>{own ? `, ${machine()}` : ", as you said"}{contextAsked() && `, with ${contextAsked()} tokens`}</span>
        <Button kind="quiet" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="memory-change">Change</Button>
      </p>
      {open && (
        <div class="pick-memory-fields">
          <Committed label="Memory" value={memory} rule={sizeRule} wrong="A size, such as 24GB" placeholder={own ? bytes(a.fit.memory) : "this machine's"} hint="Empty: what this machine has." testid="memory-size" />
          <Committed label="Context in tokens" value={context} rule={tokenRule} wrong="A number, such as 8192 or 32k" placeholder="up to 8192" hint="How much text it keeps in mind. Longer needs more memory." testid="memory-context" />
        </div>
      )}
    </div>
  );
}

function machine(): string {
  const gpu = system.value?.gpus?.[0];
  return gpu ? `the memory of this machine's ${gpu.name.slice(0, 60)}` : "what this machine can give to a model";
}

/** A field whose value holds once it is entered, when it is one. */
function Committed({ label, value, rule, wrong, placeholder, hint, testid }: { label: string; value: Signal<string>; rule: RegExp; wrong: string; placeholder: string; hint: string; testid: string }) {
  const [text, setText] = useState(value.value);
  const good = text.trim() === "" || rule.test(text.trim());
  return (
    <TextField
      label={label} value={text} onInput={setText} placeholder={placeholder} hint={hint} testid={testid}
      error={good ? undefined : wrong}
      onCommit={() => good && (value.value = text.trim())}
    />
  );
}
