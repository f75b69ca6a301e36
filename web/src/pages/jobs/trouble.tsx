import { plainJob } from "./words";
import type { Job } from "../../types";
import { ExternalLink, Notice } from "../../ui/show";

/** Why a job failed, in plain words, and what to do. */
export function Trouble({ of: j }: { of: Job }) {
  if (!j.error) return null;
  const { title, advice, links } = plainJob(j);
  return (
    <Notice kind="bad" title={title}>
      <p class="name">{advice}</p>
      {links.length > 0 && (
        <p class="row">
          {links.map((l) => (l.href.startsWith("/") ? <a key={l.href} href={l.href}>{l.label}</a> : <ExternalLink key={l.href} href={l.href}>{l.label}</ExternalLink>))}
        </p>
      )}
      <details class="jobs-raw"><summary>What the server said</summary><p class="name mono">{j.error}</p></details>
    </Notice>
  );
}
