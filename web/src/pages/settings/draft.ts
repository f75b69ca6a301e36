// What is typed and not saved: it outlives a look at another page. Secrets are not in it.

import { computed, signal } from "@preact/signals";
import { aborted, ApiError, post } from "../../api";
import type { Settings } from "../../types";
import { fields, wire, wrong, type SettingField } from "./fields";

type Key = SettingField["key"];

export const saved = signal<Settings | null>(null);
export const draft = signal<Partial<Record<Key, string>>>({});
export const problems = signal<Partial<Record<Key, string>>>({});

/** The text of a field: what is typed, else what holds. */
export function text(f: SettingField): string {
  return draft.value[f.key] ?? String(saved.value?.[f.key] ?? "");
}

/** Fields whose text is another than what holds. */
export const changed = computed(() => fields.filter((f) => draft.value[f.key] !== undefined && saved.value && draft.value[f.key]!.trim() !== String(saved.value[f.key])));
export const sound = computed(() => changed.value.every((f) => !problems.value[f.key]));

const waits = new Map<Key, { timer: number; stop: AbortController }>();
/** How long to wait for more letters before the server is asked, in ms. */
const pause = 200;

export function edit(f: SettingField, value: string): void {
  draft.value = { ...draft.peek(), [f.key]: value };
  forget(f.key);
  const local = wrong(f, value);
  problems.value = { ...problems.peek(), [f.key]: local };
  if (local || f.kind === "choice") return;
  const stop = new AbortController();
  waits.set(f.key, { stop, timer: setTimeout(() => void check(f, value, stop.signal), pause) });
}

async function check(f: SettingField, value: string, signal: AbortSignal): Promise<void> {
  try {
    await post("/api/settings", { [f.key]: wire(f, value) }, { query: { dryRun: true }, signal });
  } catch (e) {
    if (!aborted(e)) blame(e); // a lost connection shows by itself
  }
}

/** Puts a refusal beside its field; false when it is of none. */
function blame(e: unknown): boolean {
  if (!(e instanceof ApiError)) return false;
  const f = fields.find((one) => e.details.startsWith(`${one.key}:`));
  if (!f) return false;
  const words = e.details.slice(f.key.length + 1).trim();
  problems.value = { ...problems.peek(), [f.key]: words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? "" : ".") };
  return true;
}

function forget(key: Key): void {
  const w = waits.get(key);
  if (w) (clearTimeout(w.timer), w.stop.abort());
  waits.delete(key);
}

export function discard(): void {
  fields.forEach((f) => forget(f.key));
  draft.value = {};
  problems.value = {};
}

/** Saves all changes or none. What is wrong stands beside its field; any other failure is thrown. */
export async function save(): Promise<boolean> {
  const body: Record<string, string | number | undefined> = {};
  for (const f of changed.peek()) body[f.key] = wire(f, draft.peek()[f.key]!);
  try {
    await post("/api/settings", body);
  } catch (e) {
    if (blame(e)) return false;
    throw e;
  }
  discard();
  return true;
}
