// What the API says of mirrors.

import type { Task } from "../../types";

export interface Target {
  name: string;
  path: string;
  description: string;
  exists: boolean; // false only for a folder that is not there
  kind: "folder" | "ssh" | "s3" | "rclone";
}

export type DiffStatus = "missing" | "outdated" | "extra" | "in-sync";

export interface Difference {
  repo: string;
  type: string;
  status: DiffStatus;
  localSize: number;
  remoteSize: number;
  lacks: number;
}

export interface Diff {
  diffs: Difference[];
}

export interface Moved {
  dryRun: boolean;
  copied: number; // contents
  copiedSize: number;
  deleted: number;
  deletedSize: number;
  repos: string[];
  verified: number;
  corrupt: string[];
  extra: { repo: string; type: string; name: string; size: number }[];
  errors?: string[];
}

/** What a push or pull is asked to do; also the request of its task. */
export interface Move {
  target: string;
  repoFilter?: string;
  dryRun?: boolean;
  verify?: boolean;
  deleteExtra?: boolean;
  force?: boolean;
}

export type Way = "push" | "pull";

export const ways = {
  push: { verb: "Push", to: "to the mirror", there: "the mirror", from: "the cache", icon: "upload" },
  pull: { verb: "Pull", to: "into the cache", there: "the cache", from: "the mirror", icon: "download" },
} as const;

export const kindWords = { folder: "Folder", ssh: "SSH", s3: "S3", rclone: "rclone" } as const;

export const hrefOf = (t: string) => `/mirror/${encodeURIComponent(t)}`;

/** Which way a task carries; undefined for others. */
export const wayOf = (t: Task): Way | undefined => (t.kind === "mirror_push" ? "push" : t.kind === "mirror_pull" ? "pull" : undefined);

export const moveOf = (t: Task) => (t.request ?? {}) as Partial<Move>;

/** Whether a task carries this way between the cache and this target. */
export const about = (t: Task, target: string, way: Way) => wayOf(t) === way && moveOf(t).target === target;
