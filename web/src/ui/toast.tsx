import { signal } from "@preact/signals";
import { Button, IconButton, said } from "./button";
import { Icon } from "./icons";

export type Kind = "ok" | "info" | "warn" | "bad";

interface Toast {
  id: number;
  text: string;
  kind: Kind;
  action?: { label: string; run: () => void };
}

const toasts = signal<Toast[]>([]);
let next = 1;

/** How long a message stays, in ms; one with an action or of a failure stays until it is closed. */
const stay = 6000;

/** Shows a message in the corner, and says it to screen readers. */
export function toast(text: string, o: { kind?: Kind; action?: Toast["action"] } = {}): void {
  const id = next++;
  const kind = o.kind ?? "ok";
  toasts.value = [...toasts.peek().slice(-3), { id, text, kind, action: o.action }];
  if (kind !== "bad" && !o.action) setTimeout(() => drop(id), stay);
}

function drop(id: number): void {
  toasts.value = toasts.peek().filter((t) => t.id !== id);
}

const icons = { ok: "check", info: "info", warn: "warn", bad: "error" } as const;

/** Where toast() shows; part of the shell. */
export function Toasts() {
  return (
    <>
      <div class="away" role="status" aria-live="polite">{said}</div>
      <div class="toasts" role="region" aria-label="Messages" aria-live="polite">
        {toasts.value.map((t) => (
          <div key={t.id} class={`toast ${t.kind}`} role={t.kind === "bad" ? "alert" : undefined} data-testid="toast">
            <Icon name={icons[t.kind]} />
            <span>{t.text}</span>
            {t.action && <Button onClick={() => (drop(t.id), t.action!.run())}>{t.action.label}</Button>}
            <IconButton icon="close" label="Close message" onClick={() => drop(t.id)} />
          </div>
        ))}
      </div>
    </>
  );
}
