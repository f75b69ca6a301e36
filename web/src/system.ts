// What is known of the server's machine: shown in the shell, asked again now and then.

import { signal } from "@preact/signals";
import { get } from "./api";
import { onEvent } from "./live";

export interface Disk {
  purpose: string; // cache, local, export
  path: string;
  total: number;
  free: number;
}

export interface System {
  version: string;
  os: string;
  arch: string;
  cpus: number;
  memory: { total: number; available: number };
  gpus?: { name: string; memory: number }[];
  disks: Disk[];
  cacheDir: string;
  authRequired: boolean;
  tokenSet: boolean;
  endpoint: string;
  exportEnabled: boolean;
  startedAt: string;
}

export const system = signal<System | null>(null);

/** Where downloads go. */
export function mainDisk(s: System | null): Disk | undefined {
  return s?.disks.find((d) => d.purpose === "local") ?? s?.disks.find((d) => d.purpose === "cache") ?? s?.disks[0];
}

/** How often free space is asked for, in ms. */
const period = 15_000;

export async function refreshSystem(): Promise<void> {
  try {
    system.value = await get<System>("/api/system");
  } catch {
    // The lost connection shows by itself; what was known stays.
  }
}

export function startSystem(): void {
  void refreshSystem();
  setInterval(() => document.hidden || void refreshSystem(), period);
  onEvent(() => void refreshSystem());
}
