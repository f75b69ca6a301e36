// Long work of the server that is no download: verifying, mirroring.

import { effect } from "@preact/signals";
import { del, get, post } from "./api";
import { learnTask, tasks } from "./live";
import type { Task } from "./types";

/** True while it may still change. */
export const going = (t: Task) => t.status === "queued" || t.status === "running";

/** Starts a task. */
export async function begin(path: string, body: unknown): Promise<Task> {
  const task = await post<Task>(path, body, { query: { task: true } });
  learnTask(task);
  return task;
}

/** The task once it has ended. Its socket may be lost meanwhile: then the next one tells. */
export function ended(id: string): Promise<Task> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined;
    let done = false;
    stop = effect(() => {
      const t = tasks.value.get(id);
      if (!t || going(t)) return;
      done = true;
      stop?.();
      resolve(t);
    });
    if (done) stop();
  });
}

/** A task with its result, which the socket may have left out. */
export async function whole(id: string): Promise<Task> {
  const task = await get<Task>(`/api/tasks/${encodeURIComponent(id)}`);
  learnTask(task);
  return task;
}

export function cancel(id: string): Promise<unknown> {
  return del(`/api/tasks/${encodeURIComponent(id)}`);
}
