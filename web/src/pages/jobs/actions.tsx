import { useEffect, useId, useState } from "preact/hooks";
import { plain } from "../../api";
import { bytes } from "../../format";
import type { Job } from "../../types";
import { Button, IconButton } from "../../ui/button";
import { confirm, Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { Menu, type MenuItem } from "../../ui/menu";
import { cancel, dismiss, limit, pause, rank, resume, retry, toTop } from "./act";
import { ended } from "./state";

/** Buttons of a job: with words on its own page, as icons in the list. */
export function Actions({ of: j, words = false, onDismissed }: { of: Job; words?: boolean; onDismissed?: () => void }) {
  const [limiting, setLimiting] = useState(false);
  const open = !ended(j.status);
  const items: MenuItem[] = [];
  if (j.status === "queued") {
    items.push({ label: "Download next", icon: "top", run: () => void toTop(j), testid: "job-top" });
    items.push({ label: "Sooner", icon: "up", run: () => void rank(j, 1), testid: "job-up" });
    items.push({ label: "Later", icon: "down", run: () => void rank(j, -1), testid: "job-down" });
  }
  if (open) items.push({ label: "Limit its speed…", icon: "speed", run: () => setLimiting(true), testid: "job-limit" });
  if (open) items.push({ label: "Cancel…", icon: "stop", danger: true, run: () => void askCancel(j), testid: "job-cancel" });
  if (ended(j.status) || j.status === "paused") {
    items.push({ label: "Remove from the list", icon: "close", run: () => void dismiss(j).then((ok) => ok && onDismissed?.()), testid: "job-dismiss" });
  }
  return (
    <div class="row jobs-actions">
      {j.status === "running" && <Act words={words} icon="pause" label="Pause" repo={j.repo} testid="job-pause" run={() => pause(j)} />}
      {j.status === "paused" && <Act words={words} icon="play" label="Resume" repo={j.repo} testid="job-resume" run={() => resume(j)} />}
      {(j.status === "failed" || j.status === "cancelled") && <Act words={words} icon="retry" label="Retry" repo={j.repo} testid="job-retry" run={() => retry(j)} />}
      <Menu label={`More for ${j.repo}`} items={items} testid="job-more" />
      <Limit of={j} open={limiting} onClose={() => setLimiting(false)} />
    </div>
  );
}

function Act({ words, icon, label, repo, testid, run }: { words: boolean; icon: "pause" | "play" | "retry"; label: string; repo: string; testid: string; run: () => Promise<boolean> }) {
  const [busy, setBusy] = useState(false);
  const press = () => {
    setBusy(true);
    void run().finally(() => setBusy(false));
  };
  if (!words) return <IconButton icon={icon} label={`${label} ${repo}`} onClick={press} disabled={busy} data-testid={testid} />;
  return <Button kind={icon === "pause" ? "plain" : "primary"} icon={icon} busy={busy} onClick={press} data-testid={testid}>{label}</Button>;
}

async function askCancel(j: Job): Promise<void> {
  const kept = j.progress.downloadedBytes > 0 ? ` The ${bytes(j.progress.downloadedBytes)} that came stay on the disk, and are used when it is started again.` : "";
  if (await confirm({ title: `Cancel ${j.repo}?`, body: <p>The download ends.{kept}</p>, yes: "Cancel the download", danger: true })) await cancel(j);
}

function Limit({ of: j, open, onClose }: { of: Job; open: boolean; onClose: () => void }) {
  const form = useId();
  const [rate, setRate] = useState("");
  const [error, setError] = useState("");
  useEffect(() => {
    if (open) (setRate(j.limitRate), setError(""));
  }, [open]);
  const save = async () => {
    try {
      await limit(j, rate.trim());
      onClose();
    } catch (e) {
      setError(plain(e).detail || plain(e).title); // beside the field: what is behind a dialog nobody reads
    }
  };
  return (
    <Dialog
      open={open}
      title={`Speed limit of ${j.repo}`}
      onClose={onClose}
      actions={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" type="submit" form={form} data-testid="limit-save">Set the limit</Button></>}
    >
      <form id={form} onSubmit={(e) => (e.preventDefault(), void save())}>
        <TextField label="At most, in bytes a second" hint="For example 5MiB or 800KB. Empty for no limit." value={rate} error={error} onInput={(v) => (setRate(v), setError(""))} testid="limit-rate" />
      </form>
    </Dialog>
  );
}
