// As web/api/{cache,revisions,outdated,export}.go write them.

export type RepoType = "model" | "dataset";

export interface Partials {
  count: number;
  size: number;
  oldest: string;
}

export interface Manifest {
  branch: string;
  commit: string;
  downloaded: string;
  command: string;
  isFiltered: boolean;
  filters: string[];
}

interface More {
  repo: string;
  type: RepoType;
  path: string;
  friendlyPath: string;
  size: number;
  fileCount: number;
  branch: string;
  commit: string;
  downloaded: string;
  downloadStatus: "complete" | "filtered" | "unknown";
  manifest?: Manifest;
  lastUsed: string;
  partials: Partials;
}

export interface CachedRepo extends More {
  revisions: number;
}

export interface Revision {
  commit: string;
  refs: string[];
  size: number;
  freed: number;
  files: number;
  lastModified: string;
  path: string;
}

export interface CachedFile {
  name: string;
  size: number;
  isLfs: boolean;
}

export interface CachedDetails extends More {
  revisions: Revision[];
  files: CachedFile[];
  snippets: { python: string; cli: string; path: string };
}

export interface Damaged {
  repo: string;
  type: RepoType;
  path: string;
  problem: string;
}

export interface CacheList {
  repos: CachedRepo[];
  cacheDir: string;
  stats: { totalModels: number; totalDatasets: number; totalSize: number; totalFiles: number };
  damaged?: Damaged[];
}

export interface Removal {
  repo: string;
  type: RepoType;
  size: number;
  freed: number;
  files: number;
  revisions: number;
  partials: number;
  commits: string[];
  refs: string[];
  whole: boolean;
}

export interface OutdatedRow {
  repo: string;
  type: RepoType;
  revision: string;
  commit: string;
  latest: string;
  status: "outdated" | "unknown";
  changedFiles?: number;
  changedBytes?: number;
  message: string;
  errorKind?: string;
  hint?: string;
  link?: string;
  filters: string[];
  excludes: string[];
  exactMatch: boolean;
  appendFilterSubdir: boolean;
}

export interface Outdated {
  repos: OutdatedRow[];
  count: number;
  checked: number;
  checkedAt: string;
  incomplete: boolean;
}

export interface Exported {
  commit: string;
  dest: string;
  files: number;
  hardlinked: number;
  copied: number;
  symlinked: number;
  reflinked: number;
  unchanged: number;
  bytes: number;
  missingBlob?: string[];
}

/** What a repository is known by: there may be a model and a dataset of one name. */
export const keyOf = (r: { type: string; repo: string }) => `${r.type}/${r.repo}`;
export const hrefOf = (r: { type: string; repo: string }) => `/cache/${r.type}/${r.repo.split("/").map(encodeURIComponent).join("/")}`;
