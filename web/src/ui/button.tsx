import type { ComponentChildren, ButtonHTMLAttributes } from "preact";
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icons";

type Attributes = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "label">;

interface ButtonProps extends Attributes {
  kind?: "primary" | "danger" | "plain" | "quiet";
  icon?: IconName;
  busy?: boolean;
  type?: "button" | "submit";
  disabled?: boolean;
  children?: ComponentChildren;
  "data-testid"?: string;
}

/** A button with words. Busy means that its work is under way: it cannot be pressed again.
 *  That takes the focus away from it; afterwards it is back, if nothing else has it. */
export function Button({ kind = "plain", icon, busy = false, disabled = false, type = "button", children, ...rest }: ButtonProps) {
  const ref = useRef<HTMLButtonElement>(null);
  const had = useRef(false);
  if (busy && ref.current && document.activeElement === ref.current) had.current = true;
  useEffect(() => {
    if (busy || !had.current) return;
    had.current = false;
    if ((document.activeElement ?? document.body) === document.body) ref.current?.focus();
  }, [busy]);
  return (
    <button ref={ref} type={type} {...rest} class={`button ${kind} ${rest.class ?? ""}`} disabled={disabled || busy} aria-busy={busy || undefined}>
      {busy ? <span class="spin" aria-hidden="true" /> : icon && <Icon name={icon} size={18} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Attributes {
  icon: IconName;
  label: string;
  danger?: boolean;
  disabled?: boolean;
  "data-testid"?: string;
}

/** A button whose words only show as a tip and to screen readers. */
export function IconButton({ icon, label, danger, ...rest }: IconButtonProps) {
  return (
    <button type="button" {...rest} class={`button only ${danger ? "bad" : ""} ${rest.class ?? ""}`} aria-label={label} title={label}>
      <Icon name={icon} size={18} />
    </button>
  );
}

/** What was copied last, for screen readers; the shell shows it. */
export const said = signal("");

async function toClipboard(text: string): Promise<void> {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea"); // plain http on a LAN has no clipboard API
  area.value = text;
  area.className = "away";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser did not allow it");
}

/** Copies a text, and says so. */
export function Copy({ text, label = "Copy", quiet = false, testid }: { text: string; label?: string; quiet?: boolean; testid?: string }) {
  const [state, setState] = useState<"" | "done" | "failed">("");
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    const done = await toClipboard(text).then(() => true, () => false);
    setState(done ? "done" : "failed");
    said.value = done ? "Copied" : "Copying failed";
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState(""), 2000);
  };
  const words = state === "done" ? "Copied" : state === "failed" ? "Select and copy it yourself" : label;
  if (quiet) return <IconButton icon={state === "done" ? "check" : "copy"} label={words} onClick={copy} data-testid={testid} />;
  return (
    <Button icon={state === "done" ? "check" : "copy"} onClick={copy} data-testid={testid}>
      {words}
    </Button>
  );
}

/** A command line to take into a terminal. */
export function Command({ text, label = "Copy command", testid }: { text: string; label?: string; testid?: string }) {
  return (
    <div class="command" role="group" aria-label="Command">
      <code tabIndex={0} data-testid={testid}>{text}</code>
      <Copy text={text} label={label} quiet />
    </div>
  );
}
