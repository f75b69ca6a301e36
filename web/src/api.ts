// Requests to the server. Every failure is an ApiError, which plain() puts into words.

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: no answer
    message: string,
    readonly details = "",
    readonly hint = "",
    readonly link = "",
    readonly kind = "",
  ) {
    super(message);
  }
}

type Query = Record<string, string | number | boolean | undefined>;

export interface Options {
  signal?: AbortSignal;
  query?: Query;
}

export function get<T>(path: string, o: Options = {}): Promise<T> {
  return request<T>("GET", path, undefined, o);
}

export function post<T>(path: string, body?: unknown, o: Options = {}): Promise<T> {
  return request<T>("POST", path, body, o);
}

export function del<T>(path: string, o: Options = {}): Promise<T> {
  return request<T>("DELETE", path, undefined, o);
}

/** owner/name as a part of a path. */
export function repoPath(repo: string): string {
  return repo.split("/").map(encodeURIComponent).join("/");
}

/** True for what an AbortController ended: nobody waits for it any more. */
export function aborted(e: unknown): boolean {
  return e instanceof DOMException && e.name === "AbortError";
}

async function request<T>(method: string, path: string, body: unknown, o: Options): Promise<T> {
  // Prefer: the console stays free of refusals that are none of the page's faults.
  const headers: Record<string, string> = { Accept: "application/json", Prefer: "status=200" };
  const init: RequestInit = { method, headers };
  if (o.signal) init.signal = o.signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  let answer: Response;
  try {
    answer = await fetch(path + search(o.query), init);
  } catch (e) {
    if (aborted(e)) throw e;
    throw new ApiError(0, "No connection to the server", "It may have been stopped, or the network is down.");
  }
  const text = await answer.text();
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new ApiError(answer.status, `The server answered ${answer.status}`, text.slice(0, 200));
  }
  const applied = answer.headers.get("Preference-Applied") ? Number((data as { status?: number }).status) : 0;
  if (applied || !answer.ok) throw refused(applied || answer.status, data);
  return data as T;
}

function search(query: Query = {}): string {
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== "" && value !== false) q.set(key, String(value));
  }
  const s = q.toString();
  return s && `?${s}`;
}

function refused(status: number, data: unknown): ApiError {
  const d = (data ?? {}) as Record<string, unknown>;
  const text = (key: string) => (typeof d[key] === "string" ? (d[key] as string) : "");
  return new ApiError(status, text("error") || `The server answered ${status}`, text("details"), text("hint"), text("link"), text("errorKind"));
}

export interface Plain {
  title: string;
  detail: string;
  action?: { label: string; href: string };
}

/** An error in words, with what to do about it. */
export function plain(e: unknown): Plain {
  if (!(e instanceof ApiError)) return { title: "Something went wrong", detail: e instanceof Error ? e.message : String(e) };
  const detail = [e.details, e.hint].filter((s, i, all) => s && !(i > 0 && all[0]!.includes(s))).join(" ");
  return { title: e.message, detail, action: remedy(e.kind, e.link, e.status === 401) };
}

/** What helps against a kind of error (core/fault of the server), if anything on this page does. */
export function remedy(kind: string, link: string, access = false): { label: string; href: string } | undefined {
  if (kind === "gated" && link) return { label: "Ask for access on the Hub", href: link };
  if (kind === "unauthorized" || access) return { label: "Set a token", href: "/settings" };
  return undefined;
}
