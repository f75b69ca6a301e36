import { useState } from "preact/hooks";
import { post } from "../../api";
import type { DownloadRequest, Job, Plan } from "../../types";
import { Button, Command } from "../../ui/button";
import { Problem } from "../../ui/show";

/** The line for a terminal that downloads the same. The server writes it, since it
 *  knows the folder and the Hub; it looks the repository up for that, so only at a press. */
export function Equal({ of: j }: { of: Job }) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const show = () => {
    setBusy(true);
    setError(null);
    const { repo, revision, isDataset: dataset, filters, excludes, exactMatch, appendFilterSubdir } = j;
    const request: DownloadRequest = { repo, revision, dataset, filters, excludes, exactMatch, appendFilterSubdir };
    post<Plan>("/api/plan", request)
      .then((p) => setText(p.command ?? ""), setError)
      .finally(() => setBusy(false));
  };
  if (text) return <Command text={text} testid="job-command" />;
  return (
    <>
      <p class="row"><Button icon="terminal" busy={busy} onClick={show} data-testid="job-command-show">Command for the terminal</Button></p>
      {error !== null && <Problem error={error} onRetry={show} />}
    </>
  );
}
