// As web/api/plugin.go writes it.

export type PluginState = "disabled" | "enabled" | "changed" | "broken" | "stopped" | "missing";

export interface Plugin {
  name: string;
  version: string;
  description: string;
  homepage: string;
  license: string;
  state: PluginState;
  problem: string;
  sha256: string;
  enabledSha256: string;
  programSha256: string;
  size: number;
  enabledAt: string | null;
  analyzers: { name: string; version: string; types: string[] | null }[];
  running: boolean;
  failures: number;
  enableCommand: string;
}

/** A state in words: a badge, and what it means. */
export const states: Record<PluginState, { badge: string; kind: "" | "ok" | "warn" | "bad"; meaning: string }> = {
  enabled: { badge: "Enabled", kind: "ok", meaning: "It is asked in every analysis." },
  disabled: { badge: "Disabled", kind: "", meaning: "It is there, and does not run." },
  changed: { badge: "Changed", kind: "warn", meaning: "Its files are not those that were enabled, so it does not run. Look why, then enable it again." },
  broken: { badge: "Broken", kind: "bad", meaning: "It cannot be enabled as it is." },
  stopped: { badge: "Stopped", kind: "bad", meaning: "It failed three times in ten minutes and is not started any more. Enabling it gives it another chance." },
  missing: { badge: "Missing", kind: "warn", meaning: "It was enabled, and its folder is gone." },
};
