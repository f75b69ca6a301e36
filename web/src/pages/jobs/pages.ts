// The files of a job, by pages: of 50,000 only those near what is seen are held.

import { aborted, get } from "../../api";
import { watchFiles } from "../../live";
import type { JobFile } from "../../types";

export interface FileQuery {
  search: string;
  status: string;
  sort: string; // "" is the repository's own order
  order: "asc" | "desc";
}

/** Files asked for at once. */
const pageSize = 200;
/** How long rows are in sight before they are asked for, in ms: quick scrolling asks for nothing. */
const rest = 60;
/** Pages that are held; more are forgotten, the longest unseen first. */
const most = 40;

export class FilePages {
  total = 0;
  known = false;
  error: unknown = null;
  private pages = new Map<number, JobFile[]>();
  private at = new Map<string, [page: number, index: number]>();
  private asked = new Map<number, AbortController>();
  private stale = new Set<number>(); // asked for, and to be asked for again
  private told = new Map<string, JobFile>(); // by the socket, while an answer is awaited that may be older
  private stop: () => void;
  private timer = 0;
  private later = 0;

  /** changed is called when rows are others; at most every 200 ms for live progress. */
  constructor(private readonly id: string, private readonly query: FileQuery, private readonly changed: () => void) {
    this.stop = watchFiles(id, (files) => this.take(files));
  }

  close(): void {
    this.stop();
    clearTimeout(this.timer);
    clearTimeout(this.later);
    this.asked.forEach((c) => c.abort());
  }

  row(i: number): JobFile | undefined {
    return this.pages.get(Math.floor(i / pageSize))?.[i % pageSize];
  }

  /** Rows from first to last are about to be seen. */
  need(first: number, last: number): void {
    const from = Math.floor(first / pageSize), to = Math.floor(Math.max(first, last) / pageSize);
    for (const [page, c] of this.asked) {
      if (page >= from - 1 && page <= to + 1) continue;
      c.abort(); // scrolled past
      this.asked.delete(page);
    }
    const missing: number[] = [];
    for (let page = from; page <= to; page++) {
      const held = this.pages.get(page);
      if (held) {
        this.pages.delete(page);
        this.pages.set(page, held); // is the last to be forgotten
      } else if (!this.asked.has(page)) missing.push(page);
    }
    clearTimeout(this.later);
    const ask = () => missing.forEach((page) => void this.load(page));
    if (!this.known) ask();
    else if (missing.length > 0) this.later = setTimeout(ask, rest);
  }

  /** Asks again for what is held. */
  again(): void {
    const held = [...this.pages.keys()];
    for (const page of held.length > 0 ? held.slice(-3) : [0]) {
      if (this.asked.has(page)) this.stale.add(page);
      else void this.load(page);
    }
  }

  private async load(page: number): Promise<void> {
    const c = new AbortController();
    this.asked.set(page, c);
    try {
      const query = { ...this.query, limit: pageSize, offset: page * pageSize };
      const got = await get<{ files: JobFile[]; total: number }>(`/api/jobs/${encodeURIComponent(this.id)}/files`, { query, signal: c.signal });
      this.hold(page, got.files);
      this.total = got.total;
      this.known = true;
      this.error = null;
    } catch (e) {
      if (!aborted(e)) this.error = e;
    } finally {
      if (this.asked.get(page) === c) this.asked.delete(page);
      if (this.asked.size === 0) this.told.clear();
    }
    if (c.signal.aborted) return;
    this.changed();
    if (this.stale.delete(page)) void this.load(page);
  }

  private hold(page: number, files: JobFile[]): void {
    this.forget(page);
    this.pages.set(page, files);
    files.forEach((f, i) => {
      this.at.set(f.path, [page, i]);
      files[i] = this.told.get(f.path) ?? f;
    });
    while (this.pages.size > most) this.forget(this.pages.keys().next().value!);
  }

  private forget(page: number): void {
    for (const f of this.pages.get(page) ?? []) this.at.delete(f.path);
    this.pages.delete(page);
  }

  private take(files: JobFile[]): void {
    let hit = false;
    for (const f of files) {
      if (this.asked.size > 0) this.told.set(f.path, f);
      const where = this.at.get(f.path);
      if (!where) continue;
      this.pages.get(where[0])![where[1]] = f;
      hit = true;
    }
    if (hit && !this.timer) {
      this.timer = setTimeout(() => {
        this.timer = 0;
        this.changed();
      }, 200);
    }
  }
}
