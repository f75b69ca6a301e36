// What people paste: names, links of the Hub, and the commands and lines of code
// its pages show. Pure: no page, no network.

export interface Wanted {
  repo: string; // owner/name
  type: "" | "model" | "dataset"; // "" is not said
  revision: string; // "" is not said
  filters: string[];
  excludes: string[];
  exact: boolean;
}

export type Parsed = { kind: "empty" } | { kind: "repo"; wanted: Wanted } | { kind: "unfinished"; hint: string } | { kind: "wrong"; hint: string };

/** Longer than any name, link or command; the rest is not looked at. */
const longest = 4000;

const hosts = ["huggingface.co", "www.huggingface.co", "hf.co", "hf-mirror.com"];

/** Reads what was typed. endpoint is the address of another Hub in use, or "". */
export function parse(text: string, endpoint = ""): Parsed {
  const s = text.trim();
  if (s === "") return { kind: "empty" };
  if (s.length > longest) return { kind: "wrong", hint: "This is too long for a name. Paste only the name or the link." };
  const words = split(s);
  if (words.length > 1) return line(s, words, endpoint);
  return one(code(s) ?? unquote(s), endpoint);
}

/** A name or a link. */
function one(s: string, endpoint: string): Parsed {
  const ssh = /^git@([^:/]+):(.*)$/.exec(s);
  if (ssh) s = `https://${ssh[1]}/${ssh[2]}`;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(s)?.[1]?.toLowerCase();
  if (scheme === "hf") return hf(s.slice(5));
  if (scheme === "http" || scheme === "https") return web(s, endpoint);
  if (scheme) return { kind: "wrong", hint: "Paste a link that begins with https://, or a name such as owner/name." };
  const host = s.split("/")[0]!.toLowerCase();
  if (s.includes("/") && (hosts.includes(host) || (host.includes(".") && s.split("/").length > 2))) return web(`https://${s}`, endpoint);
  return name(s);
}

/** owner/name, owner/name:filter,filter, owner/name@revision, datasets/owner/name. */
function name(s: string): Parsed {
  const colon = s.indexOf(":");
  const filters = colon < 0 ? [] : list(s.slice(colon + 1));
  let [id = "", revision = ""] = cut(colon < 0 ? s : s.slice(0, colon), "@");
  let type: Wanted["type"] = "";
  const parts = id.split("/").filter(Boolean);
  if (parts[0] === "datasets" || parts[0] === "models") type = parts.shift() === "datasets" ? "dataset" : "model";
  if (parts[0] === "spaces" && parts.length > 2) return space();
  if (parts.length > 2) return { kind: "wrong", hint: "A name has two parts: owner/name. For one file or folder, paste its link from the Hub." };
  return repo(parts, { type, revision, filters });
}

/** What follows hf://, as the Hub's Python libraries write it. */
function hf(s: string): Parsed {
  const parts = s.split("/").filter(Boolean);
  let type: Wanted["type"] = "model";
  if (parts[0] === "spaces") return space();
  if (parts[0] === "datasets" || parts[0] === "models") type = parts.shift() === "datasets" ? "dataset" : "model";
  const [owner = "", rest = "", ...path] = parts;
  const [id, revision] = cut(rest, "@");
  return repo([owner, id].filter(Boolean), { type, revision: decode(revision), filters: inside(path.join("/")) });
}

/** A link of the Hub. */
function web(s: string, endpoint: string): Parsed {
  let url: URL;
  try {
    url = new URL(s);
  } catch {
    return { kind: "wrong", hint: "This link is not complete." };
  }
  if (!hosts.includes(url.hostname) && url.host !== hostOf(endpoint)) {
    return { kind: "wrong", hint: `This is a link to ${url.hostname}. Paste one to the Hub: https://huggingface.co/owner/name` };
  }
  let parts = url.pathname.split("/").filter(Boolean).map(decode);
  if (parts[0] === "api") parts = parts.slice(1);
  if (parts[0] === "spaces") return space();
  if (["collections", "papers", "docs", "blog", "settings", "join", "login", "organizations", "tasks", "learn"].includes(parts[0] ?? "")) {
    return { kind: "wrong", hint: "This link is not to a model or dataset. Open the model or dataset and paste the link to its page." };
  }
  let type: Wanted["type"] = "model";
  if (parts[0] === "datasets" || parts[0] === "models") type = parts.shift() === "datasets" ? "dataset" : "model";
  const [owner = "", named = "", view = "", ...rest] = parts;
  const [id, tag] = cut(named, ":"); // hf.co/owner/name:Q4_K_M, as ollama has it
  const at = { type, revision: "", filters: list(tag).filter((f) => f !== "latest") };
  if (["tree", "blob", "resolve", "raw", "blame", "commits", "commit", "edit"].includes(view) && rest.length > 0) {
    const length = rest[0] === "refs" ? 3 : 1; // refs/pr/1, refs/convert/parquet
    at.revision = rest.slice(0, length).join("/");
    if (view !== "commits" && view !== "commit") at.filters = inside(rest.slice(length).join("/"));
  }
  return repo([owner, id.replace(/\.git$/, "")].filter(Boolean), at);
}

function repo(parts: string[], more: { type: Wanted["type"]; revision: string; filters: string[] }): Parsed {
  const [owner = "", id = ""] = parts;
  if (parts.length < 2) {
    return { kind: "unfinished", hint: parts.length === 0 ? "Type a name: owner/name" : `Add what follows: ${owner.slice(0, 60)}/name. The Hub shows it at the top of the page of each model.` };
  }
  if (!allowed(owner) || !allowed(id.replace(/[-.]+$/, ""))) return { kind: "wrong", hint: "Names have letters, digits, “-”, “_” and “.”, as in owner/name." };
  if (!allowed(id)) return { kind: "unfinished", hint: "Go on typing the name." };
  return { kind: "repo", wanted: { repo: `${owner}/${id}`, excludes: [], exact: more.filters.some((f) => f.startsWith("/")), ...more } };
}

/** The Hub's rule for a part of a name. */
function allowed(part: string): boolean {
  return /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/.test(part) && !/--|\.\./.test(part);
}

/** A command, or a line of Python. */
function line(s: string, words: string[], endpoint: string): Parsed {
  const found = code(s);
  if (found) return also(one(found, endpoint), python(s));
  while (words[0] === "sudo" || words[0] === "$" || words[0] === "!" || words[0] === "uvx" || /^[A-Z_]+=/.test(words[0] ?? "")) words.shift();
  const command = (words.shift() ?? "").replace(/^!/, "").split(/[\\/]/).pop()!.toLowerCase().replace(/\.exe$/, "");
  if (command === "git") return git(words, endpoint);
  if (["wget", "curl", "aria2c"].includes(command)) return first(words.filter((w) => /^https?:/i.test(w)), endpoint);
  if (["ollama", "llama-server", "llama-cli", "docker", "vllm", "lms"].includes(command)) return runner(words, endpoint);
  if (["hf", "huggingface-cli", "hfdownloader", "hfdownload"].includes(command)) return download(words, endpoint);
  return { kind: "wrong", hint: "Paste only the name or the link, without other words." };
}

function git(words: string[], endpoint: string): Parsed {
  const branch = words.findIndex((w) => w === "-b" || w === "--branch");
  const revision = branch >= 0 ? words[branch + 1] ?? "" : "";
  return also(first(words.filter((w) => /^(https?:|git@)/i.test(w)), endpoint), { revision });
}

/** ollama run hf.co/o/n:Q4_K_M, llama-server -hf o/n:Q4_K_M, vllm serve o/n. */
function runner(words: string[], endpoint: string): Parsed {
  const of = words.findIndex((w) => w === "-hf" || w === "-hfr" || w === "--hf-repo");
  return first(of >= 0 ? words.slice(of + 1) : words.filter((w) => w.includes("/") && !w.startsWith("-")), endpoint);
}

function first(words: string[], endpoint: string): Parsed {
  return words[0] ? one(words[0], endpoint) : { kind: "wrong", hint: "There is no name of a model or dataset in this command." };
}

/** hf download, huggingface-cli download, hfdownloader download. */
function download(words: string[], endpoint: string): Parsed {
  const out: More = { filters: [], excludes: [] };
  const plain: string[] = [];
  const ours = words.some((w) => w === "-F" || w === "--exact" || w.startsWith("--filters"));
  for (let i = 0; i < words.length; i++) {
    const [flag, given] = words[i]!.startsWith("--") ? cut(words[i]!, "=") : [words[i]!, ""];
    const value = () => given || words[++i] || "";
    const many = () => { const all = [value()]; while (!ours && words[i + 1] && !words[i + 1]!.startsWith("-")) all.push(words[++i]!); return all; };
    if (flag === "--revision" || flag === "-b") out.revision = value();
    else if (flag === "--repo-type" || flag === "--type") out.type = value() === "dataset" ? "dataset" : "model";
    else if (flag === "--dataset") out.type = "dataset";
    else if (flag === "--exact") out.exact = true;
    else if (flag === "-F" || flag === "--filters") out.filters!.push(...list(value()));
    else if (flag === "--include") out.filters!.push(...many().map(unglob).filter(Boolean));
    else if (flag === "-E" || flag === "--exclude") out.excludes!.push(...(ours ? list(value()) : many().map(unglob).filter(Boolean)));
    else if (["--json", "--quiet", "-q", "--force-download", "--append-filter-subdir", "--dry-run", "-i", "--fit"].includes(flag)) continue;
    else if (flag.startsWith("-")) { if (!given && words[i + 1] && !words[i + 1]!.includes("/")) i++; else if (!given && /dir|token|endpoint|proxy/.test(flag)) i++; }
    else plain.push(flag);
  }
  if (["download", "analyze"].includes(plain[0] ?? "")) plain.shift();
  const files = plain.slice(1).map((f) => `/${f}`);
  out.filters!.push(...files);
  if (files.length > 0) out.exact = true;
  return also(first(plain, endpoint), out);
}

type More = Partial<Omit<Wanted, "repo">>;

function also(p: Parsed, more: More): Parsed {
  if (p.kind !== "repo") return p;
  const w = p.wanted;
  return {
    kind: "repo",
    wanted: {
      ...w, type: more.type || w.type, revision: more.revision || w.revision, exact: more.exact || w.exact,
      filters: [...w.filters, ...(more.filters ?? [])], excludes: [...w.excludes, ...(more.excludes ?? [])],
    },
  };
}

/** The name in from_pretrained("o/n"), snapshot_download(repo_id="o/n"), load_dataset("o/n"). */
function code(s: string): string | undefined {
  const call = /\b(from_pretrained|snapshot_download|hf_hub_download|load_dataset|pipeline|SentenceTransformer)\s*\(([^]*)/.exec(s);
  if (!call) return undefined;
  const found = [...call[2]!.matchAll(/["']([^"']+\/[^"']+)["']/g)].map((m) => m[1]!)[0];
  return found && call[1] === "load_dataset" && !found.includes(":") ? `datasets/${found}` : found;
}

function python(s: string): More {
  const named = (key: string) => new RegExp(`\\b${key}\\s*=\\s*["']([^"']+)["']`).exec(s)?.[1] ?? "";
  const file = named("filename");
  return { revision: named("revision"), type: named("repo_type") === "dataset" ? "dataset" : "", filters: file ? [`/${file}`] : [], exact: file !== "" };
}

/** The words of a command line: quotes hold them together, a line that ends in \ goes on. */
function split(s: string): string[] {
  const out: string[] = [];
  for (const m of s.replace(/\\\r?\n/g, " ").matchAll(/'([^']*)'|"([^"]*)"|((?:\\.|[^\s'"\\])+)|\\/g)) out.push(m[1] ?? m[2] ?? m[3]?.replace(/\\(.)/g, "$1") ?? "");
  return out;
}

/** A pattern such as *Q4_K_M* as a filter, which matches any part of a path anyway. */
function unglob(s: string): string {
  return s.replace(/^\*+\/?|\*+$/g, "");
}

/** The exact filter for a file or folder of the repository. */
function inside(path: string): string[] {
  return path ? [`/${path}`] : [];
}

function space(): Parsed {
  return { kind: "wrong", hint: "This is a Space: an app that runs on the Hub. Paste the model or dataset it uses." };
}

function list(s: string): string[] {
  return s.split(",").map((f) => f.trim()).filter(Boolean);
}

function cut(s: string, at: string): [string, string] {
  const i = s.indexOf(at);
  return i < 0 ? [s, ""] : [s.slice(0, i), s.slice(i + at.length)];
}

function unquote(s: string): string {
  return s.replace(/^["'`<(]+|["'`>),;.]+$/g, "");
}

function decode(s: string): string {
  try {
    return decodeURIComponent(s);
  } catch {
    return s;
  }
}

function hostOf(endpoint: string): string {
  try {
    return new URL(endpoint).host;
  } catch {
    return "";
  }
}
