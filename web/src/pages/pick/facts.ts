// What the analyzers found, as lines for people.

import { bytes, count, plural } from "../../format";
import type { Analysis } from "../../types";
import { sentence } from "./words";

export interface Fact {
  key: string;
  label: string;
  value: string;
}

type Write = (v: unknown) => string;

const text: Write = (v) => (typeof v === "string" ? cut(v) : typeof v === "number" ? count(v) : "");
const number: Write = (v) => (typeof v === "number" && v > 0 ? count(v) : "");
const size: Write = (v) => (typeof v === "number" && v > 0 ? bytes(v) : "");
const tokens: Write = (v) => (typeof v === "number" && v > 0 ? `${count(v)} tokens, about ${count(roughly(v * 0.75))} words` : "");
const several: Write = (v) => (Array.isArray(v) ? some(v.map((x) => (typeof x === "string" || typeof x === "number" ? String(x) : "")).filter(Boolean)) : "");
const names: Write = (v) => (Array.isArray(v) ? some(v.map((x) => name(x)).filter(Boolean)) : "");
const hertz: Write = (v) => (typeof v === "number" && v > 0 ? `${count(v)} Hz` : "");
const only = (words: string): Write => (v) => (v === true ? words : "");
const image: Write = (v) => {
  const { width, height } = (v ?? {}) as { width?: unknown; height?: unknown };
  return typeof width === "number" && typeof height === "number" ? `${width} × ${height} pixels` : "";
};

/** Keys that say something to people, the most telling first; beyond 10 the page
 *  of the analysis shows them. */
const telling: readonly (readonly [key: string, label: string, write: Write])[] = [
  ["task_description", "What it does", text],
  ["pipeline_description", "What it does", text],
  ["adapter_description", "Kind of adapter", text],
  ["base_model", "Works on top of", text],
  ["parameter_count", "Parameters", text],
  ["estimated_parameters", "Parameters", text],
  ["context_length", "Remembers", tokens],
  ["estimated_vram", "Memory it needs", size],
  ["method_description", "Compressed by", text],
  ["bits", "Bits per weight", number],
  ["architecture_description", "Architecture", text],
  ["architecture", "Architecture", text],
  ["pipeline_type", "Pipeline", text],
  ["precision", "Precision", text],
  ["rank", "Rank", number],
  ["trigger_words", "Trigger words", several],
  ["modalities", "Works with", several],
  ["sample_rate", "Sample rate", hertz],
  ["image_size", "Picture size", image],
  ["languages", "Languages", several],
  ["rows", "Rows", number],
  ["formats", "Formats", several],
  ["splits", "Splits", names],
  ["configs", "Subsets", names],
  ["columns", "Columns", names],
  ["task_categories", "Made for", several],
  ["runtimes", "Runs with", several],
  ["backends", "Runs with", several],
  ["has_chat_template", "Chat", only("Ready for conversations")],
  ["script", "Loading", only("With a Python script of the repository")],
];

/** The facts of all sections, each label once. */
export function facts(a: Analysis): Fact[] {
  const out: Fact[] = [];
  const seen = new Set<string>();
  const found = sections(a);
  for (const [key, label, write] of telling) {
    for (const [, data] of found) {
      const value = Object.hasOwn(data, key) ? write(data[key]) : "";
      if (!value || seen.has(label)) continue;
      seen.add(label);
      out.push({ key, label, value });
    }
  }
  if (out.length === 0) out.push(...unknown(found));
  return out;
}

/** Of a plugin's section nothing is known but that it has keys and values. */
function unknown(found: [string, Record<string, unknown>][]): Fact[] {
  return found.flatMap(([, data]) => Object.entries(data)).slice(0, 40).flatMap(([key, v]) => {
    const value = Array.isArray(v) ? several(v) : typeof v === "boolean" ? (v ? "Yes" : "No") : text(v);
    return value ? [{ key, label: sentence(key.slice(0, 60)), value }] : [];
  });
}

/** The sections of the analyzers; that of the type comes first. */
export function sections(a: Analysis): [string, Record<string, unknown>][] {
  const keys = Object.keys(a.analyzers ?? {});
  keys.sort((x, y) => Number(y === a.type) - Number(x === a.type));
  return keys.flatMap((key) => {
    const data = Object.hasOwn(a, key) ? a[key] : undefined;
    return data && typeof data === "object" && !Array.isArray(data) ? [[key, data as Record<string, unknown>] as [string, Record<string, unknown>]] : [];
  });
}

function name(x: unknown): string {
  if (typeof x === "string") return x;
  const n = (x as { name?: unknown } | null)?.name;
  return typeof n === "string" ? n : "";
}

const most = 6;

function some(all: string[]): string {
  const first = all.slice(0, most).map((s) => cut(s, 60)).join(", ");
  return all.length > most ? `${first} and ${plural(all.length - most, "more", "more")}` : first;
}

function cut(s: string, n = 300): string {
  return s.length > n ? `${s.slice(0, n)}…` : s;
}

/** Two figures: 6,144 as 6,100. */
function roughly(n: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(n)) - 1);
  return Math.round(n / unit) * unit;
}
