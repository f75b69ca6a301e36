import "./mirror.css";
import { useState } from "preact/hooks";
import { del } from "../../api";
import { useLoad } from "../../load";
import { route } from "../../router";
import { Button, IconButton } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { Empty, Problem, Skeleton } from "../../ui/show";
import { toast } from "../../ui/toast";
import { Add } from "./add";
import { History, Reach, TargetPage } from "./target";
import { hrefOf, type Target } from "./types";

export default function Page() {
  const { data, error, loading, reload } = useLoad<{ targets: Target[] }>("/api/mirror/targets");
  const [adding, setAdding] = useState(false);
  const [name] = route.value.rest;
  if (name !== undefined && data) return <TargetPage key={name} name={name} target={data.targets.find((t) => t.name === name)} />;
  const targets = data?.targets ?? [];
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Mirror</h1>
          <p class="muted">Copies of the cache in other places, each a cache that any client can use.</p>
        </div>
        {targets.length > 0 && <Button kind="primary" icon="plus" onClick={() => setAdding(true)} data-testid="mirror-add">Add a mirror</Button>}
      </div>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {!data && loading && <Skeleton lines={5} />}
      {data && targets.length === 0 && (
        <Empty icon="mirror" title="No mirrors yet" action={<Button kind="primary" icon="plus" onClick={() => setAdding(true)} data-testid="mirror-add">Add a mirror</Button>}>
          <p>A mirror is a copy of what is downloaded: on another disk, on another machine over SSH, or in a bucket. Push to it to have a second copy, pull from it to fill a new machine without the Hub.</p>
        </Empty>
      )}
      <div class="mir-list">{targets.map((t) => <Card key={t.name} target={t} onGone={reload} />)}</div>
      {data && <History />}
      <Add open={adding} onClose={() => setAdding(false)} onAdded={() => (setAdding(false), reload())} />
    </>
  );
}

function Card({ target: t, onGone }: { target: Target; onGone: () => void }) {
  const [error, setError] = useState<unknown>(null);
  const remove = async () => {
    const yes = await confirm({ title: `Remove ${t.name} from the list?`, yes: "Remove", body: <p>Nothing at <code class="name">{t.path}</code> is deleted: it is only forgotten here.</p> });
    if (!yes) return;
    try {
      await del(`/api/mirror/targets/${encodeURIComponent(t.name)}`);
      toast(`${t.name} is removed from the list`);
      onGone();
    } catch (e) {
      setError(e);
    }
  };
  return (
    <article class="card stack" aria-label={t.name} data-testid={`mirror-${t.name}`}>
      <div class="row">
        <h2 class="grow name">{t.name}</h2>
        <Reach target={t} />
        <IconButton icon="trash" danger label={`Remove ${t.name} from the list`} onClick={remove} data-testid={`mirror-remove-${t.name}`} />
      </div>
      {t.description && <p class="name">{t.description}</p>}
      <p><code class="name">{t.path}</code></p>
      {error !== null && <Problem error={error} />}
      <div class="row"><a class="button" href={hrefOf(t.name)} data-testid={`mirror-open-${t.name}`}>Compare, push or pull</a></div>
    </article>
  );
}
