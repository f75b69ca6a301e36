import type { Job, JobStatus } from "../../types";
import type { IconName } from "../../ui/icons";
import { Badge } from "../../ui/show";

interface Look {
  word: string;
  icon: IconName;
  kind: "" | "ok" | "warn" | "bad" | "info";
}

export const looks: Record<JobStatus, Look> = {
  running: { word: "Running", icon: "download", kind: "info" },
  queued: { word: "Queued", icon: "clock", kind: "" },
  paused: { word: "Paused", icon: "pause", kind: "warn" },
  completed: { word: "Completed", icon: "check", kind: "ok" },
  failed: { word: "Failed", icon: "error", kind: "bad" },
  cancelled: { word: "Cancelled", icon: "stop", kind: "" },
};

export const ended = (s: JobStatus) => s === "completed" || s === "failed" || s === "cancelled";

export function State({ of: j }: { of: Job }) {
  const l = looks[j.status];
  return <Badge kind={l.kind} icon={l.icon} testid="job-state">{l.word}</Badge>;
}

/** What of the repository was chosen, in words; "" for all of it. */
export function choice(j: Job): string {
  const parts = [];
  if (j.filters.length > 0) parts.push(`only ${j.filters.join(", ")}`);
  if (j.excludes.length > 0) parts.push(`without ${j.excludes.join(", ")}`);
  return parts.join("; ");
}
