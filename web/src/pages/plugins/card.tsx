import { useState } from "preact/hooks";
import { post } from "../../api";
import { bytes, plural, when } from "../../format";
import { Button, Command, Copy } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { Badge, ExternalLink, Problem } from "../../ui/show";
import { toast } from "../../ui/toast";
import { states, type Plugin } from "./types";

export function Card({ plugin: p, onChanged }: { plugin: Plugin; onChanged: () => void }) {
  const state = states[p.state] ?? { badge: p.state, kind: "", meaning: "" };
  const title = `plug-${p.name}`;
  return (
    <article class="card plug" aria-labelledby={title} data-testid={`plugin-${p.name}`}>
      <header class="plug-head">
        <div class="grow">
          <h2 id={title} class="name">{p.name} {p.version && <span class="plug-version">{p.version}</span>}</h2>
          {p.description && <p class="name">{p.description}</p>}
        </div>
        <div class="row">
          {p.running && <Badge kind="info">Running now</Badge>}
          <Badge kind={state.kind} testid="plugin-state">{state.badge}</Badge>
        </div>
      </header>
      <p>{state.meaning}</p>
      {p.problem && <p class="plug-problem name"><strong>Why: </strong>{p.problem}</p>}
      {p.failures > 0 && <p class="plug-problem"><strong>{plural(p.failures, "failure")}</strong> in the last ten minutes. The log of the server says more.</p>}
      <Facts plugin={p} />
      <Actions plugin={p} onChanged={onChanged} />
    </article>
  );
}

function Facts({ plugin: p }: { plugin: Plugin }) {
  return (
    <dl class="plug-facts">
      {p.analyzers.length > 0 && (
        <div>
          <dt>Recognises</dt>
          <dd>{p.analyzers.map((a) => <span key={a.name} class="plug-analyzer name">{a.name} {a.version}{a.types?.length ? `: ${a.types.join(", ")}` : ""}</span>)}</dd>
        </div>
      )}
      {p.sha256 && <div><dt>Checksum</dt><dd><code title={p.sha256}>{p.sha256.slice(0, 12)}</code><Copy quiet text={p.sha256} label={`Copy the checksum of ${p.name}`} /></dd></div>}
      {p.enabledSha256 && p.enabledSha256 !== p.sha256 && <div><dt>Enabled was</dt><dd><code title={p.enabledSha256}>{p.enabledSha256.slice(0, 12)}</code></dd></div>}
      {p.size > 0 && <div><dt>Size</dt><dd>{bytes(p.size)}</dd></div>}
      {p.license && <div><dt>Licence</dt><dd class="name">{p.license}</dd></div>}
      {p.enabledAt && <div><dt>Enabled</dt><dd>{when(p.enabledAt)}</dd></div>}
      {p.homepage && <div><dt>More</dt><dd class="name"><ExternalLink href={p.homepage}>{p.homepage}</ExternalLink></dd></div>}
    </dl>
  );
}

function Actions({ plugin: p, onChanged }: { plugin: Plugin; onChanged: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const disable = async () => {
    const yes = await confirm({
      title: `Disable ${p.name}?`,
      yes: "Disable",
      body: <p>It is not asked from the next analysis on. To enable it again, a command is needed in a terminal on the server.</p>,
    });
    if (!yes) return;
    setBusy(true);
    setError(null);
    try {
      await post(`/api/plugins/${encodeURIComponent(p.name)}/disable`);
      toast(`${p.name} is disabled`);
      onChanged();
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  const on = p.state === "enabled" || p.state === "changed" || p.state === "stopped" || p.state === "missing";
  return (
    <>
      {error !== null && <Problem error={error} />}
      {p.enableCommand && p.state !== "enabled" && (
        <div class="plug-enable">
          <p>{p.state === "changed" ? "Enable it again" : "Enable it"} in a terminal on the server, after a look at what it is:</p>
          <Command text={p.enableCommand} testid={`plugin-enable-${p.name}`} />
        </div>
      )}
      {on && <div class="row"><Button busy={busy} onClick={disable} data-testid={`plugin-disable-${p.name}`}>Disable</Button></div>}
    </>
  );
}
