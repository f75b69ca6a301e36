// What the API says, as web/api of the server writes it. See /api/openapi.json.

export type JobStatus = "queued" | "running" | "paused" | "completed" | "failed" | "cancelled";

export interface Progress {
  totalFiles: number;
  completedFiles: number;
  totalBytes: number;
  downloadedBytes: number;
  bytesPerSecond: number;
  activity?: string;
}

export type FileStatus = "pending" | "downloading" | "verifying" | "complete" | "skipped" | "error" | "assembling" | "active";

export interface JobFile {
  path: string;
  totalBytes: number;
  downloaded: number;
  status: FileStatus;
  verified?: string;
  error?: string;
}

export interface Job {
  id: string;
  repo: string;
  revision: string;
  isDataset: boolean;
  filters: string[];
  excludes: string[];
  outputDir: string;
  status: JobStatus;
  progress: Progress;
  error: string;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  files: JobFile[];
  exactMatch: boolean;
  appendFilterSubdir: boolean;
  commit: string;
  priority: number;
  limitRate: string;
  errorKind?: string;
  hint?: string;
  link?: string;
}

export interface Page<T> {
  files: T[];
  count: number;
  total?: number;
}

export type TaskStatus = "queued" | "running" | "completed" | "failed" | "cancelled";

export interface Task {
  id: string;
  kind: string;
  subject: string;
  status: TaskStatus;
  progress: { done: number; total: number; bytesPerSecond: number; activity?: string };
  request?: unknown;
  result?: unknown;
  error: string;
  errorKind?: string;
  hint?: string;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

export interface RepoRef {
  name: string;
  type: string;
  commit: string;
}

export interface AnalyzedFile {
  name: string;
  path: string;
  size: number;
  lfs: boolean;
  sha256?: string;
  size_human: string;
  directory: string;
}

export interface Item {
  id: string;
  label: string;
  description: string;
  size: number;
  size_human: string;
  quality: number;
  quality_stars: string;
  recommended: boolean;
  reason?: string;
  category: string;
  filter_value: string;
  files: string[];
  ram?: number;
  ram_human?: string;
  revision?: string;
  fits?: boolean;
}

export interface Related {
  type: string;
  repo: string;
  label: string;
  description: string;
  required: boolean;
  size?: number;
  size_human?: string;
}

export interface Analysis {
  repo: string;
  is_dataset: boolean;
  type: string;
  type_description: string;
  file_count: number;
  total_size: number;
  total_size_human: string;
  branch: string;
  refs: RepoRef[];
  files: AnalyzedFile[];
  analyzed_at: string;
  commit: string;
  selectable_items?: Item[];
  cli_command: string;
  cli_command_full?: string;
  related_downloads?: Related[];
  metadata?: Record<string, unknown>;
  evidence?: string;
  analyzers?: Record<string, string>;
  safety: {
    pickle_files: { path: string; size: number; size_human: string; safetensors_twin?: string; scan?: string }[] | null;
    custom_code: { auto_map: boolean; files: string[] | null };
    license: string;
    gated: string;
  };
  fit?: { memory: number; memory_human: string; required?: number; required_human?: string; fits?: boolean };
  warnings?: string[];
  // The sections of the analyzers, by type.
  [section: string]: unknown;
}

export interface NeedsSelection {
  needsSelection: true;
  repo: string;
  message: string;
  options: string[];
}

export interface Plan {
  repo: string;
  revision: string;
  files: { path: string; size: number; lfs: boolean; cached?: boolean }[];
  totalSize: number;
  totalFiles: number;
  cachedSize?: number;
  freeSpace?: number;
  commit?: string;
  command?: string;
}

export interface DownloadRequest {
  repo: string;
  revision?: string;
  dataset?: boolean;
  filters?: string[];
  excludes?: string[];
  exactMatch?: boolean;
  appendFilterSubdir?: boolean;
}

export interface Settings {
  token: string;
  cacheDir: string;
  connections: number;
  maxActive: number;
  multipartThreshold: string;
  verify: string;
  retries: number;
  endpoint: string;
  limitRate: string;
  storageMode: string;
  localDir: string;
  exportDir: string;
  linkMode: string;
  proxy: { url: string; username: string; noProxy: string; noEnvProxy: boolean };
  configFile: string;
}
