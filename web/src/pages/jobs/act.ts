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

/** Shows a status at once; the server's own word follows over the socket. */
function shown(j: Job, status: JobStatus): void {
  const now = jobs.peek().get(j.id);
  if (now) jobs.value = new Map(jobs.peek()).set(j.id, { ...now, status });
}

export const pause = (j: Job) => attempt("", () => post(at(j, "pause")).then(() => shown(j, "paused")));
export const resume = (j: Job) => attempt("", () => post(at(j, "resume")).then(() => shown(j, "queued")));
export const retry = (j: Job) => attempt("", () => post(at(j, "retry")).then(() => shown(j, "queued")));
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
export const limit = (j: Job, rate: string) => attempt(rate ? `${j.repo} is limited to ${rate} a second` : `${j.repo} has no limit`, () => post(at(j, "limit"), { limitRate: rate }));
export const pauseAll = () => attempt("All jobs are paused", () => post("/api/jobs/pause-all"));
export const resumeAll = () => attempt("All jobs go on", () => post("/api/jobs/resume-all"));
