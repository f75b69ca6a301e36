import "./settings.css";
import { useEffect } from "preact/hooks";
import type { Settings } from "../../types";
import { useLoad } from "../../load";
import { Problem, Skeleton } from "../../ui/show";
import { About } from "./about";
import { Appearance } from "./appearance";
import { changed, saved } from "./draft";
import { Places } from "./places";
import { Token } from "./token";
import { Transfer, Unsaved } from "./transfer";

export default function Page() {
  const { data, error, loading, reload } = useLoad<Settings>("/api/settings");
  useEffect(() => {
    if (data) saved.value = data;
  }, [data]);
  useEffect(() => { // closing the tab would lose what is typed; other pages of ours do not
    const ask = (e: BeforeUnloadEvent) => changed.value.length > 0 && e.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);
  const s = saved.value;
  return (
    <>
      <div class="page-head"><h1>Settings</h1></div>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {!s && loading && <Skeleton lines={8} />}
      {s && <Token mask={s.token} endpoint={s.endpoint} onChanged={reload} />}
      {s && <Transfer />}
      <Appearance />
      {s && <Places settings={s} />}
      <About />
      {s && <Unsaved onSaved={reload} />}
    </>
  );
}
