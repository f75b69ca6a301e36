import { useEffect, useRef, useState } from "preact/hooks";
import { aborted, ApiError, plain, post } from "../../api";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { toast } from "../../ui/toast";

const kinds = [
  { name: "A folder", path: "/mnt/nas/hub", hint: "Another disk, or a share that is mounted." },
  { name: "Another machine, by SSH", path: "ssh://me@nas.local/srv/hub", hint: "Logs in with a key, as ssh itself does." },
  { name: "A bucket, by S3", path: "s3://my-bucket/hub", hint: "Keys come from the environment or ~/.aws/credentials of the server." },
  { name: "Whatever rclone reaches", path: "rclone:remote:hub", hint: "A remote that rclone on the server knows." },
] as const;

interface Draft {
  name: string;
  path: string;
  description: string;
}

const blank: Draft = { name: "", path: "", description: "" };

/** What is wrong, by field. */
type Wrong = Partial<Record<keyof Draft, string>>;

export function Add({ open, onClose, onAdded }: { open: boolean; onClose: () => void; onAdded: () => void }) {
  const [draft, setDraft] = useState(blank);
  const [wrong, setWrong] = useState<Wrong>({});
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => void (open && (setDraft(blank), setWrong({}))), [open]);
  useChecked(draft, setWrong);
  const set = (field: keyof Draft) => (value: string) => (setDraft({ ...draft, [field]: value }), setWrong({ ...wrong, [field]: undefined }));
  const ready = draft.name.trim() !== "" && draft.path.trim() !== "" && !wrong.name && !wrong.path && !wrong.description;
  const send = async (e: Event) => {
    e.preventDefault();
    if (!ready) return;
    setBusy(true);
    try {
      await post("/api/mirror/targets", trimmed(draft));
      toast(`${draft.name.trim()} is added`);
      onAdded();
    } catch (failure) {
      setWrong(blame(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      title="Add a mirror"
      onClose={onClose}
      wide
      testid="mirror-add-dialog"
      actions={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" busy={busy} disabled={!ready} onClick={() => form.current?.requestSubmit()} data-testid="mirror-add-save">Add</Button></>}
    >
      <form ref={form} class="stack" onSubmit={send}>
        <TextField label="Name" hint="Letters, digits, - and _, such as nas." value={draft.name} onInput={set("name")} error={wrong.name} testid="mirror-name" />
        <TextField label="Where it is" mono placeholder="/mnt/nas/hub" value={draft.path} onInput={set("path")} error={wrong.path} testid="mirror-path" />
        <ul class="mir-kinds" aria-label="Examples">
          {kinds.map((k) => (
            <li key={k.path}>
              <span><strong>{k.name}</strong><br /><span class="muted">{k.hint}</span></span>
              <Button kind="quiet" onClick={() => set("path")(k.path)}><code>{k.path}</code></Button>
            </li>
          ))}
        </ul>
        <TextField label="Description" hint="For people; may be empty." value={draft.description} onInput={set("description")} error={wrong.description} testid="mirror-description" />
        <input type="submit" hidden />
      </form>
    </Dialog>
  );
}

const trimmed = (d: Draft): Draft => ({ name: d.name.trim(), path: d.path.trim(), description: d.description.trim() });

/** How long to wait for more letters before the server is asked, in ms. */
const pause = 300;

function useChecked(draft: Draft, tell: (w: Wrong) => void): void {
  const { name, path, description } = trimmed(draft);
  useEffect(() => {
    if (!path && !name) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      // Without a name yet the place can be looked at already.
      post("/api/mirror/targets", { name: name || "new", path: path || "/", description }, { query: { dryRun: true }, signal: stop.signal }).then(
        () => tell({}),
        (e: unknown) => aborted(e) || tell(blame(e)),
      );
    }, pause);
    return () => (clearTimeout(timer), stop.abort());
  }, [name, path, description]);
}

/** A refusal beside its field; what is of none stands at the place. */
function blame(e: unknown): Wrong {
  const { title, detail } = plain(e);
  const text = detail || title;
  const [, field, words] = /^(name|path|description): (.*)$/s.exec(e instanceof ApiError ? e.details : "") ?? [];
  if (field && words) return { [field]: words.charAt(0).toUpperCase() + words.slice(1) };
  return /name/i.test(title) ? { name: text } : { path: text };
}
