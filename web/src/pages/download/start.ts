import { post } from "../../api";
import { learn } from "../../live";
import { go } from "../../router";
import type { DownloadRequest, Job } from "../../types";
import { toast } from "../../ui/toast";
import { remember } from "./draft";

export interface Started {
  job: Job;
  existing: boolean; // it was under way before
}

/** Queues a download; limit is a speed such as "5MiB", or "". */
async function queue(request: DownloadRequest, limit = ""): Promise<Started> {
  const answer = await post<Job | { job: Job; message: string }>("/api/download", request);
  const existing = "job" in answer;
  const job = existing ? answer.job : answer;
  learn(job);
  if (limit && !existing) await post(`/api/jobs/${job.id}/limit`, { limitRate: limit });
  return { job, existing };
}

/** Starts what was chosen and what goes with it, and goes on to the job. A download
 *  that was under way already is given back. */
export async function start(request: DownloadRequest, also: readonly DownloadRequest[], limit: string): Promise<Started> {
  const main = await queue(request, limit);
  remember(request.repo, request.dataset ?? false);
  for (const more of also) {
    await queue(more, limit).catch((e: unknown) => {
      toast(`${more.repo} could not be started: ${e instanceof Error ? e.message : String(e)}`, { kind: "bad" });
    });
  }
  if (!main.existing) go(`/jobs/${main.job.id}`);
  return main;
}
