import { duration } from "../../format";
import { serverVersion } from "../../live";
import { system } from "../../system";
import { bytes, plural } from "../../format";
import { Details } from "../../ui/show";

const parts = [
  { name: "Preact", licence: "MIT", by: "Jason Miller" },
  { name: "Preact Signals", licence: "MIT", by: "the Preact team" },
  { name: "uPlot", licence: "MIT", by: "Leon Sorokin" },
] as const;

export function About() {
  const s = system.value;
  return (
    <section class="card stack" aria-labelledby="set-about">
      <h2 id="set-about">About</h2>
      <dl class="set-list">
        <div><dt>Version</dt><dd data-testid="set-version">hfdownloader {serverVersion.value || s?.version}</dd></div>
        {s && <div><dt>Running on</dt><dd>{s.os} {s.arch}, {plural(s.cpus, "processor")}{s.memory.total > 0 && `, ${bytes(s.memory.total)} of memory`}{s.gpus?.map((g) => `, ${g.name}`)}</dd></div>}
        {s && <div><dt>Since</dt><dd>{duration(Math.max(0, (Date.now() - Date.parse(s.startedAt)) / 1000))}</dd></div>}
        <div><dt>Password</dt><dd>{s?.authRequired ? "This server asks for one" : <>None: whoever reaches this server may use it. <code>hfdownloader serve --help</code> says how to set one.</>}</dd></div>
        <div><dt>For programs</dt><dd><a href="/api/openapi.json" target="_blank" rel="noopener">The API of this server (OpenAPI)</a></dd></div>
      </dl>
      <Details summary="Licences of what this page is made with">
        <ul class="set-parts">
          {parts.map((p) => <li key={p.name}>{p.name}, by {p.by}: {p.licence} licence</li>)}
        </ul>
      </Details>
    </section>
  );
}
