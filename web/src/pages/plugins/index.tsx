import "./plugins.css";
import { plural } from "../../format";
import { useLoad } from "../../load";
import { Button, Command } from "../../ui/button";
import { Empty, Notice, Problem, Skeleton } from "../../ui/show";
import { Card } from "./card";
import type { Plugin } from "./types";

export default function Page() {
  const { data, error, loading, reload } = useLoad<{ plugins: Plugin[] }>("/api/plugins");
  const list = data?.plugins ?? [];
  const on = list.filter((p) => p.state === "enabled").length;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Plugins</h1>
          <p class="muted" role="status">{data && list.length > 0 && `${plural(list.length, "plugin")}, ${on} enabled`}</p>
        </div>
        <Button icon="retry" onClick={reload} busy={loading && data !== undefined}>Look again</Button>
      </div>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {!data && loading && <Skeleton lines={5} />}
      {data && list.length === 0 && <None />}
      {list.length > 0 && (
        <>
          <Why />
          <div class="plug-list">{list.map((p) => <Card key={p.name} plugin={p} onChanged={reload} />)}</div>
          <section class="stack" aria-labelledby="plug-own">
            <h2 id="plug-own">Write your own</h2>
            <Command text="hfdownloader plugins new demo" />
          </section>
        </>
      )}
    </>
  );
}

function Why() {
  return (
    <Notice kind="info" title="Plugins are enabled in a terminal, on purpose">
      <p>A plugin is a program that may do whatever the user of the server may. Somebody who can only reach this page must not be able to start one, so the person at the machine looks at it and says yes.</p>
    </Notice>
  );
}

function None() {
  return (
    <>
      <Empty icon="plugins" title="No plugins yet" action={<a class="button" href="/analyze">Go to Analyze</a>}>
        <p>A plugin adds to what Analyze tells of a repository, or recognises a kind of repository that hfdownloader does not know. It is a program of its own, in any language. Everything works without one.</p>
      </Empty>
      <section class="card stack" aria-labelledby="plug-first">
        <h2 id="plug-first">From nothing to a plugin in ten minutes</h2>
        <ol class="plug-steps">
          <li><p>Write one that works, with tests, in a terminal on the server. You need Go.</p><Command text="hfdownloader plugins new demo" /></li>
          <li><p>Build it.</p><Command text="cd demo && go mod tidy && go test ./... && go build -o demo ." /></li>
          <li><p>Install it, which copies it, then let it run.</p><Command text="hfdownloader plugins install . && hfdownloader plugins enable demo" /></li>
        </ol>
        <p class="muted">Somebody gave you a plugin? Look at it first, then begin with the third step in its folder.</p>
      </section>
      <Why />
    </>
  );
}
