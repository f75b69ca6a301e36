import { post } from "../../api";
import { learn } from "../../live";
import type { DownloadRequest, Job } from "../../types";

/** Starts a download, or finds the one that is under way. */
export async function download(request: DownloadRequest): Promise<Job> {
  const answer = await post<Job | { job: Job }>("/api/download", request);
  const job = "job" in answer ? answer.job : answer;
  learn(job);
  return job;
}
