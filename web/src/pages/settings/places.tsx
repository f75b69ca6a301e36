import type { Settings } from "../../types";
import { Copy } from "../../ui/button";
import { Details } from "../../ui/show";

interface Fixed {
  label: string;
  value: string;
  none: string; // what it means that there is none
  copy?: boolean;
  flag: string;
  key?: string; // of the config file
}

function fixed(s: Settings): Fixed[] {
  const proxy = [s.proxy.url, s.proxy.username && `as ${s.proxy.username}`, s.proxy.noProxy && `but not for ${s.proxy.noProxy}`].filter(Boolean).join(", ");
  return [
    { label: "Cache folder", value: s.cacheDir, none: "–", copy: true, flag: "--cache-dir DIR", key: "cache-dir" },
    { label: "Downloads go to", value: s.storageMode === "local" ? s.localDir : "", none: "The cache", copy: true, flag: "--local-dir DIR" },
    { label: "Exports go to", value: s.exportDir, none: "Nowhere: exporting is off", copy: true, flag: "--export-dir DIR", key: "export-dir" },
    { label: "Files in a snapshot are", value: s.linkMode, none: "auto", flag: "--link-mode auto|symlink|hardlink|copy", key: "link-mode" },
    { label: "Hub", value: s.endpoint, none: "https://huggingface.co, the official one", copy: true, flag: "--endpoint URL", key: "endpoint" },
    { label: "Proxy", value: proxy, none: s.proxy.noEnvProxy ? "None; the environment's is ignored" : "What the environment says, if anything", flag: "--proxy URL", key: "proxy.url" },
    { label: "Config file", value: s.configFile, none: "None is used", copy: true, flag: "--config FILE" },
  ];
}

export function Places({ settings }: { settings: Settings }) {
  const list = fixed(settings);
  return (
    <section class="card stack" aria-labelledby="set-places">
      <div>
        <h2 id="set-places">Where things are</h2>
        <p class="muted">Folders and addresses are fixed while the server runs, so that nobody can move them from a browser.</p>
      </div>
      <dl class="set-list">
        {list.map((f) => (
          <div key={f.label}>
            <dt>{f.label}</dt>
            <dd>
              {f.value ? <code class="name">{f.value}</code> : <span class="muted">{f.none}</span>}
              {f.copy && f.value && <Copy quiet text={f.value} label={`Copy: ${f.label}`} />}
            </dd>
          </div>
        ))}
      </dl>
      <Details summary="How to change these">
        <p>Stop the server, then start it with a flag, or write the key into the config file with <code>hfdownloader config set KEY VALUE</code>.</p>
        <dl class="set-list">
          {list.map((f) => (
            <div key={f.label}>
              <dt>{f.label}</dt>
              <dd class="row"><code>hfdownloader serve {f.flag}</code>{f.key && <span class="muted">key <code>{f.key}</code></span>}</dd>
            </div>
          ))}
        </dl>
      </Details>
    </section>
  );
}
