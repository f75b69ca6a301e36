// Values as people read them, the same as the command line writes them.

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** A size in bytes, with powers of 1024. */
export function bytes(n: number | null | undefined): string {
  if (n == null || !Number.isFinite(n) || n < 0) return "–";
  let i = 0;
  while (n >= 1024 && i < units.length - 1) {
    n /= 1024;
    i++;
  }
  const digits = i === 0 || n >= 100 ? 0 : n >= 10 ? 1 : 2;
  return `${n.toFixed(digits)} ${units[i]}`;
}

/** A speed in bytes a second. */
export function speed(n: number): string {
  return `${bytes(n)}/s`;
}

/** A length of time in seconds: "42 s", "3 min 5 s", "2 h 10 min". */
export function duration(s: number): string {
  if (!Number.isFinite(s) || s < 0) return "–";
  s = Math.round(s);
  if (s < 60) return `${s} s`;
  const m = Math.floor(s / 60);
  if (m < 60) return `${m} min ${s % 60} s`;
  const h = Math.floor(m / 60);
  if (h < 48) return `${h} h ${m % 60} min`;
  return `${Math.floor(h / 24)} days ${h % 24} h`;
}

/** What is left, in time; "–" when it cannot be known. */
export function eta(left: number, perSecond: number): string {
  if (left <= 0) return "0 s";
  return perSecond > 0 ? duration(left / perSecond) : "–";
}

/** A count, with separators. */
export function count(n: number): string {
  return n.toLocaleString("en");
}

/** A count with its noun: "1 file", "2,000 files". */
export function plural(n: number, one: string, many = one + "s"): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Whole percent, never 100 before all is there. */
export function percent(part: number, whole: number): number {
  if (whole <= 0) return 0;
  return Math.min(part >= whole ? 100 : 99, Math.floor((part / whole) * 100));
}

/** A moment, in the reader's own zone. */
export function when(iso: string | null | undefined): string {
  const t = iso ? new Date(iso) : null;
  if (!t || Number.isNaN(t.getTime()) || t.getFullYear() < 1971) return "–";
  return t.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** How long ago: "just now", "5 min ago", "3 days ago". */
export function ago(iso: string | null | undefined, now = Date.now()): string {
  const t = iso ? Date.parse(iso) : NaN;
  if (Number.isNaN(t) || t < 31536000000) return "–";
  const s = Math.max(0, (now - t) / 1000);
  if (s < 45) return "just now";
  if (s < 3600) return `${Math.max(1, Math.round(s / 60))} min ago`;
  if (s < 86400) return `${plural(Math.round(s / 3600), "hour")} ago`;
  if (s < 86400 * 60) return `${plural(Math.round(s / 86400), "day")} ago`;
  if (s < 86400 * 730) return `${plural(Math.round(s / 86400 / 30.44), "month")} ago`;
  return `${plural(Math.round(s / 86400 / 365.25), "year")} ago`;
}
