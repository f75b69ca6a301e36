import { plural } from "../../format";
import { system } from "../../system";
import type { Analysis } from "../../types";
import { ExternalLink, Notice } from "../../ui/show";
import { short } from "./items";

/** The page of a repository on the Hub that is in use. */
export function hubPage(repo: string, dataset: boolean): string {
  const endpoint = (system.value?.endpoint || "https://huggingface.co").replace(/\/+$/, "");
  return `${endpoint}/${dataset ? "datasets/" : ""}${repo}`;
}

/** What to know before the files are used. */
export function Safety({ of: a, full = false }: { of: Analysis; full?: boolean }) {
  const { pickle_files, custom_code, license, gated } = a.safety;
  const pickles = pickle_files ?? [];
  const code = custom_code.files ?? [];
  const alone = pickles.filter((p) => !p.safetensors_twin);
  const bad = pickles.filter((p) => p.scan && !["nothing found", "unscanned", "queued"].includes(p.scan)); // as analyzers/safety.go has it
  return (
    <div class="stack pick-safety">
      {gated && (
        <Notice kind="warn" title="Access is limited">
          <p>{gated === "manual" ? "Its owners decide who may download it." : "You must accept its terms first."}</p>
          <p class="row">
            <ExternalLink href={hubPage(a.repo, a.is_dataset)}>Ask for access on the Hub</ExternalLink>
            <span aria-hidden="true">·</span>
            <a href="/settings">{system.value?.tokenSet ? "Change the token" : "Set a token"}</a>
          </p>
        </Notice>
      )}
      {pickles.length > 0 && (
        <Notice kind={bad.length > 0 ? "bad" : alone.length > 0 ? "warn" : "info"} title={`${plural(pickles.length, "file")} can run code when loaded`}>
          <p>{alone.length === 0 ? "Prefer the safetensors files of the same weights." : "Load them only if you trust the owner."}</p>
          <ul class="pick-paths">
            {pickles.slice(0, full ? 200 : 4).map((p) => (
              <li key={p.path} class="name">
                <code>{short(p.path, 300)}</code>
                {p.scan && <span class="muted"> · scan: {short(p.scan, 80)}</span>}
                {p.safetensors_twin && <span class="muted"> · also as safetensors</span>}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {(custom_code.auto_map || (full && code.length > 0)) && (
        <Notice kind="warn" title={custom_code.auto_map ? "It brings its own Python code, and asks to run it" : "It has Python files"}>
          <p>Downloading does not run them. Read them before you load the model with “trust_remote_code”.</p>
          <ul class="pick-paths">{code.slice(0, full ? 200 : 4).map((f) => <li key={f} class="name"><code>{short(f, 300)}</code></li>)}</ul>
        </Notice>
      )}
      {full && pickles.length === 0 && !custom_code.auto_map && code.length === 0 && !gated && <Notice kind="ok" title="No file of it can run code when it is loaded" />}
      {full && <p>Licence: <strong class="name">{license ? short(license, 200) : "not stated"}</strong></p>}
    </div>
  );
}
