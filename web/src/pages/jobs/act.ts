// What can be done to jobs. Each says how it went.

import { batch } from "@preact/signals";
import { del, plain, post } from "../../api";
import { forget, jobs } from "../../live";
import type { Job, JobStatus } from "../../types";
import { toast } from "../../ui/toast";

const at = (j: Job, verb: string) => `/api/jobs/${encodeURIComponent(j.id)}/${verb}`;

/** Does something that the server may refuse; true when it did not. */
export async function attempt(done: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    if (done) toast(done);
    return true;
  } catch (e) {
    const { title, detail } = plain(e);
    toast(detail ? `${title}: ${detail}` : title, { kind: "bad" });
    return false;
  }
}

/**
 * Does something that gives a job another status, and shows that at once, unless the
 * socket was quicker: what it told in between is newer.
 */
function turn(j: Job, verb: string, status: JobStatus): Promise<boolean> {
  const before = jobs.peek().get(j.id);
  return attempt("", async () => {
    await post(at(j, verb));
    if (before && jobs.peek().get(j.id) === before) jobs.value = new Map(jobs.peek()).set(j.id, { ...before, status });
  });
}

export const pause = (j: Job) => turn(j, "pause", "paused");
export const resume = (j: Job) => turn(j, "resume", "queued");
export const retry = (j: Job) => turn(j, "retry", "queued");
export const cancel = (j: Job) => attempt(`Cancelled ${j.repo}`, () => del(`/api/jobs/${encodeURIComponent(j.id)}`));
export const dismiss = (...list: Job[]) =>
  attempt("", async () => {
    for (const j of list) {
      await post(at(j, "dismiss"));
      batch(() => forget(j.id));
    }
  });
export const toTop = (j: Job) => attempt(`${j.repo} comes next`, () => post(at(j, "move"), { top: true }));
export const rank = (j: Job, by: number) => attempt(`Priority of ${j.repo} is ${j.priority + by}`, () => post(at(j, "move"), { priority: j.priority + by }));
/** Its refusal is the caller's to show, beside the field. */
export async function limit(j: Job, rate: string): Promise<void> {
  await post(at(j, "limit"), { limitRate: rate });
  toast(rate ? `${j.repo} is limited to ${rate} a second` : `${j.repo} has no limit`);
}
export const pauseAll = () => attempt("All jobs are paused", () => post("/api/jobs/pause-all"));
export const resumeAll = () => attempt("All jobs go on", () => post("/api/jobs/resume-all"));
