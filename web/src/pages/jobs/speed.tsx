// How fast it goes, and how fast it may.

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { get, plain, post } from "../../api";
import { bytes, eta, speed } from "../../format";
import { active, totalSpeed } from "../../live";
import { stored } from "../../store";
import { mainDisk, system } from "../../system";
import type { Settings } from "../../types";
import { Button } from "../../ui/button";
import { Switch, TextField } from "../../ui/field";
import { Badge } from "../../ui/show";
import { SpeedGraph } from "../../ui/speedgraph";
import { attempt } from "./act";

/** The limit of the server, as it last said; null before. */
const rate = signal<string | null>(null);
/** What slow mode allows, and what held before it. */
const slowRate = stored("slow-rate", "1MiB");
const before = stored("rate-before-slow", "");

async function ask(): Promise<void> {
  try {
    rate.value = (await get<Settings>("/api/settings")).limitRate;
  } catch {
    rate.value = null; // the connection's own notice says why
  }
}

async function set(to: string, words: string): Promise<boolean> {
  const done = await attempt(words, () => post("/api/settings", { limitRate: to }));
  await ask();
  return done;
}

/** Speed of everything, what is left, what is free; and the limit. */
export function Speed() {
  useEffect(() => void ask(), []);
  const running = active.value;
  const left = running.reduce((sum, j) => sum + Math.max(0, j.progress.totalBytes - j.progress.downloadedBytes), 0);
  const disk = mainDisk(system.value);
  return (
    <section class="card jobs-speed" aria-label="Speed">
      <div class="jobs-now">
        <p><span class="muted">Now</span><strong class="num" data-testid="total-speed">{speed(totalSpeed.value)}</strong></p>
        <p><span class="muted">Left</span><strong class="num">{running.length === 0 ? "–" : totalSpeed.value > 0 ? `${bytes(left)}, ${eta(left, totalSpeed.value)}` : bytes(left)}</strong></p>
        {disk && <p><span class="muted">Free space</span><strong class="num">{bytes(disk.free)}</strong></p>}
        {rate.value && <Badge kind="warn" icon="speed" testid="limited">{rate.value === slowRate.value ? "Slow mode" : "Limited"}: {rate.value} a second</Badge>}
      </div>
      <SpeedGraph of="all" />
      <LimitForm />
    </section>
  );
}

function LimitForm() {
  const now = rate.value;
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState("");
  if (now === null) return null;
  const slow = now !== "" && now === slowRate.value;
  const shown = text ?? now;
  const save = async () => {
    const to = shown.trim();
    try {
      await post("/api/settings", { limitRate: to }, { query: { dryRun: true } });
    } catch (e) {
      return setError(plain(e).detail || plain(e).title);
    }
    setError("");
    if (await set(to, to ? `Limited to ${to} a second` : "No limit")) setText(null);
  };
  const toggle = async (on: boolean) => {
    setText(null);
    if (on) {
      before.value = now;
      await set(slowRate.value, `Slow mode: ${slowRate.value} a second`);
      slowRate.value = rate.value || slowRate.value; // as the server writes it
    } else await set(before.value, before.value ? `Limited to ${before.value} a second again` : "Full speed again");
  };
  return (
    <form class="jobs-limit" onSubmit={(e) => (e.preventDefault(), void save())}>
      <TextField label="Speed limit, all downloads" placeholder="No limit" value={shown} error={error} onInput={(v) => (setText(v), setError(""))} testid="limit-all" />
      <Button type="submit" disabled={text === null || text.trim() === now} data-testid="limit-all-save">Set</Button>
      <Switch label={`Slow mode (${slow ? now : slowRate.value} a second)`} checked={slow} onChange={(on) => void toggle(on)} testid="slow-mode" />
    </form>
  );
}
