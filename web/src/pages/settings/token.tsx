import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, post } from "../../api";
import { refreshSystem } from "../../system";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { Badge, ExternalLink, Problem } from "../../ui/show";
import { toast } from "../../ui/toast";

/** The token for the Hub. Only its mask ever comes from the server; what is typed
 *  is in the field alone until it is sent. */
export function Token({ mask, endpoint, onChanged }: { mask: string; endpoint: string; onChanged: () => void }) {
  const [editing, setEditing] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const store = async (token: string, done: string) => {
    setError(null);
    await post("/api/settings", { token });
    setEditing(false);
    toast(done);
    onChanged();
    void refreshSystem();
  };
  const clear = async () => {
    const yes = await confirm({
      title: "Remove the token?",
      yes: "Remove token",
      danger: true,
      body: <p>Private and gated repositories can no longer be downloaded by this server. What is downloaded stays, and the token itself goes on working elsewhere.</p>,
    });
    if (yes) await store("", "Token removed").catch(setError);
  };
  return (
    <section class="card stack" aria-labelledby="set-access">
      <div>
        <h2 id="set-access">Access to the Hub</h2>
        <p class="muted">
          A token says who you are: it is needed for private and gated repositories, and lets you download more in a row. A token that may only read is enough.{" "}
          <ExternalLink href={tokensPage(endpoint)}>Make one on the Hub</ExternalLink>
        </p>
      </div>
      {error !== null && <Problem error={error} />}
      {editing ? (
        <Form replace={mask !== ""} onStore={store} onCancel={() => setEditing(false)} />
      ) : (
        <div class="row set-token">
          <span class="grow">
            {mask ? <><Badge kind="ok" icon="lock">A token is set</Badge> <code data-testid="set-token-mask">{mask}</code></> : <Badge kind="warn" icon="warn">No token is set</Badge>}
          </span>
          <Button kind={mask ? "plain" : "primary"} onClick={() => setEditing(true)} data-testid="set-token-replace">{mask ? "Replace" : "Set a token"}</Button>
          {mask && <Button onClick={clear} data-testid="set-token-clear">Remove</Button>}
        </div>
      )}
      <p class="field-hint">It is kept on the server, readable by its user alone, sent to the Hub only, and never shown again.</p>
    </section>
  );
}

function Form({ replace, onStore, onCancel }: { replace: boolean; onStore: (token: string, done: string) => Promise<void>; onCancel: () => void }) {
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const send = async (e: Event) => {
    e.preventDefault();
    setBusy(true);
    try {
      await onStore(token.trim(), replace ? "Token replaced" : "Token saved");
    } catch (failure) {
      setRefusal(failure instanceof ApiError ? failure.details.replace(/^token: /, "The token ") || failure.message : String(failure));
      setBusy(false);
    }
  };
  return (
    <form class="set-token-form" onSubmit={send}>
      <TextField
        label={replace ? "New token" : "Token"}
        type="password"
        mono
        autocomplete="off"
        placeholder="hf_…"
        value={token}
        onInput={(v) => (setToken(v), setRefusal(shape(v)))}
        error={refusal || undefined}
        inputRef={field}
        testid="set-token"
      />
      <div class="row">
        <Button type="submit" kind="primary" busy={busy} disabled={token.trim() === "" || shape(token) !== ""} data-testid="set-token-save">Save token</Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}

/** What is wrong with the form of a token, as far as anybody can see. */
function shape(token: string): string {
  const t = token.trim();
  if (/[^!-~]/.test(t)) return "A token has no spaces or special characters. Copy it again.";
  return t.startsWith("****") ? "This is the mask of a token. Copy the token itself from the Hub." : "";
}

function tokensPage(endpoint: string): string {
  return `${(endpoint || "https://huggingface.co").replace(/\/+$/, "")}/settings/tokens`;
}
