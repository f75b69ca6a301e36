// What the server tells over its WebSocket: jobs, other long work, and whether it
// can be reached. After every reconnect an init makes all of it whole again.

import { batch, computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { get, post } from "./api";
import type { Job, JobFile, Task } from "./types";

export type Connection = "connecting" | "open" | "lost";

export const connection = signal<Connection>("connecting");
/** When the next attempt to connect is, in ms since 1970; 0 while there is none. */
export const nextAttempt = signal(0);
export const serverVersion = signal("");

/** All jobs the server told of, without their files. */
export const jobs = signal<Map<string, Job>>(new Map());
export const tasks = signal<Map<string, Task>>(new Map());
/** False until the first init. */
export const known = signal(false);
/** How many jobs there are, when the init could not hold all of them; else 0. */
export const beyond = signal(0);

export const jobList: ReadonlySignal<Job[]> = computed(() => [...jobs.value.values()].sort(newestFirst));
export const active: ReadonlySignal<Job[]> = computed(() => jobList.value.filter((j) => j.status === "running"));
export const totalSpeed: ReadonlySignal<number> = computed(() => active.value.reduce((sum, j) => sum + j.progress.bytesPerSecond, 0));
export const taskList: ReadonlySignal<Task[]> = computed(() => [...tasks.value.values()].sort(newestFirst));

function newestFirst(a: { createdAt: string; id: string }, b: { createdAt: string; id: string }): number {
  return a.createdAt === b.createdAt ? (a.id < b.id ? -1 : 1) : a.createdAt < b.createdAt ? 1 : -1;
}

/** One job; undefined while it is not known. */
export function job(id: string): ReadonlySignal<Job | undefined> {
  return computed(() => jobs.value.get(id));
}

/** Takes in what an answer of the API says of a job, unless the socket was quicker: what
 *  that told may be newer, and nothing would come to correct it. */
export function learn(j: Job): void {
  if (!jobs.peek().has(j.id)) hear(j);
}

function hear(j: Job): void {
  tellFiles(j);
  jobs.value = new Map(jobs.peek()).set(j.id, { ...j, files: [] });
}

/** Takes in a task. An end is for good: an answer may come after the socket told of it. */
export function learnTask(t: Task): void {
  const known = tasks.peek().get(t.id);
  if (known?.endedAt && !t.endedAt) return;
  tasks.value = new Map(tasks.peek()).set(t.id, t);
}

/** Forgets a dismissed job: the server tells nobody of that. */
export function forget(...ids: string[]): void {
  const left = new Map(jobs.value);
  for (const id of ids) left.delete(id);
  jobs.value = left;
}

export function forgetTask(id: string): void {
  const left = new Map(tasks.value);
  left.delete(id);
  tasks.value = left;
}

export interface Happening {
  event: string;
  jobId: string;
}

const eventFns = new Set<(h: Happening) => void>();
const fileFns = new Map<string, Set<(files: JobFile[]) => void>>();

/** Calls fn for every "event" message until the function it gives is called. */
export function onEvent(fn: (h: Happening) => void): () => void {
  eventFns.add(fn);
  return () => eventFns.delete(fn);
}

/** Calls fn with files of a job that the server tells of: all, or those that changed. */
export function watchFiles(id: string, fn: (files: JobFile[]) => void): () => void {
  const fns = fileFns.get(id) ?? new Set();
  fileFns.set(id, fns.add(fn));
  return () => {
    fns.delete(fn);
    if (fns.size === 0) fileFns.delete(id);
  };
}

function tellFiles(j: Job): void {
  if (j.files?.length) fileFns.get(j.id)?.forEach((fn) => fn(j.files));
}

interface Init {
  jobs: Job[];
  tasks?: Task[];
  version: string;
  truncated?: boolean;
  count?: number;
}

type Message =
  | { type: "init"; data: Init }
  | { type: "job_update"; data: Job }
  | { type: "task_update"; data: Task }
  | { type: "event"; data: Happening };

function take(m: Message): void {
  switch (m.type) {
    case "init":
      return takeInit(m.data);
    case "job_update":
      return hear(m.data);
    case "task_update":
      return learnTask(m.data);
    case "event":
      eventFns.forEach((fn) => fn(m.data));
  }
}

function takeInit(data: Init): void {
  batch(() => {
    data.jobs.forEach(tellFiles);
    jobs.value = new Map(data.jobs.map((j) => [j.id, { ...j, files: [] }]));
    tasks.value = new Map((data.tasks ?? []).map((t) => [t.id, t]));
    beyond.value = data.truncated && (data.count ?? 0) > data.jobs.length ? data.count! : 0;
    serverVersion.value = data.version;
    known.value = true;
    connection.value = "open";
  });
  if (sampled.peek() === 0) sample(); // so that a graph has something to show at once
}

const firstWait = 500;
const longestWait = 10_000;

/** Connects, and again whenever the connection is lost. Called once. */
export function startLive(): void {
  let wait = firstWait;
  let timer = 0;
  const retry = () => {
    if (connection.value !== "lost") connection.value = "lost";
    nextAttempt.value = Date.now() + wait;
    clearTimeout(timer);
    timer = setTimeout(connect, wait);
    wait = Math.min(longestWait, wait * 2);
  };
  const connect = async () => {
    nextAttempt.value = 0;
    let address: string;
    try {
      address = await socketAddress();
    } catch {
      return retry();
    }
    const socket = new WebSocket(address);
    socket.onmessage = (e) => {
      wait = firstWait;
      take(JSON.parse(e.data as string) as Message);
    };
    socket.onclose = retry;
  };
  reconnectNow = () => {
    if (connection.value !== "lost" || nextAttempt.value === 0) return;
    clearTimeout(timer);
    wait = firstWait;
    void connect();
  };
  addEventListener("online", () => reconnectNow());
  document.addEventListener("visibilitychange", () => document.hidden || reconnectNow());
  void connect();
  setInterval(sample, 1000);
}

/** Tries at once instead of at nextAttempt. */
export let reconnectNow: () => void = () => {};

/** The socket, with a ticket where there is a password: a page cannot send that. A
 *  request first also spares the console a failed socket while the server is away. */
async function socketAddress(): Promise<string> {
  const base = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/ws`;
  const { authRequired } = await get<{ authRequired: boolean }>("/api/system");
  if (!authRequired) return base; // ws-ticket is there only with a password
  const { ticket } = await post<{ ticket: string }>("/api/ws-ticket");
  return `${base}?ticket=${encodeURIComponent(ticket)}`;
}

/** Seconds a speed history goes back. */
export const historyLength = 600;

export interface History {
  t: number[]; // seconds since 1970
  v: number[]; // bytes a second
}

const histories = new Map<string, History>([["all", { t: [], v: [] }]]);
/** Counts up with every second's samples. */
export const sampled = signal(0);

/** Speeds of the last ten minutes of a job, or of all of them; the arrays grow in place. */
export function speedHistory(id: string): History {
  return histories.get(id) ?? { t: [], v: [] };
}

function sample(): void {
  const now = Math.round(Date.now() / 1000);
  add("all", now, totalSpeed.peek());
  for (const j of active.peek()) add(j.id, now, j.progress.bytesPerSecond);
  for (const [id, h] of histories) {
    if (id !== "all" && !jobs.peek().has(id)) histories.delete(id);
    else if (id !== "all" && h.v.at(-1) !== 0 && jobs.peek().get(id)?.status !== "running") add(id, now, 0);
  }
  sampled.value++;
}

function add(id: string, now: number, v: number): void {
  const h = histories.get(id) ?? { t: [], v: [] };
  histories.set(id, h);
  h.t.push(now);
  h.v.push(v);
  while (h.t.length > historyLength) {
    h.t.shift();
    h.v.shift();
  }
}

/** Keeps the document's title at what happens: "42 % · Jobs – hfdownloader". */
export function startTitle(name: ReadonlySignal<string>): void {
  effect(() => {
    const running = active.value;
    const done = running.reduce((sum, j) => sum + j.progress.downloadedBytes, 0);
    const total = running.reduce((sum, j) => sum + j.progress.totalBytes, 0);
    const lead = running.length === 0 ? "" : total > 0 ? `${Math.min(99, Math.floor((done / total) * 100))} % · ` : "… · ";
    document.title = `${lead}${name.value ? name.value + " – " : ""}hfdownloader`;
  });
}
