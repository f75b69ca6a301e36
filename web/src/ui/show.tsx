// Small parts that show something.

import type { ComponentChildren } from "preact";
import { plain } from "../api";
import { percent } from "../format";
import { Button } from "./button";
import { Icon, type IconName } from "./icons";

/** Progress. Its words are beside it; max 0 is of unknown length. */
export function Bar({ value, max, label, state = "" }: { value: number; max: number; label: string; state?: "" | "ok" | "bad" | "warn" | "still" }) {
  const p = percent(value, max);
  return (
    <div
      class={`bar ${state} ${max > 0 ? "" : "unknown"}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={max > 0 ? p : undefined}
    >
      <span style={{ width: max > 0 ? `${(Math.min(value, max) / max) * 100}%` : undefined }} />
    </div>
  );
}

/** A part of a whole that is no progress: space, memory. */
export function Meter({ value, max, label, text }: { value: number; max: number; label: string; text: string }) {
  return (
    <div class="bar still" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={max} aria-valuenow={Math.min(value, max)} aria-valuetext={text}>
      <span style={{ width: `${max > 0 ? Math.min(100, (value / max) * 100) : 0}%` }} />
    </div>
  );
}

/** A rating of 0 to 5. */
export function Stars({ n }: { n: number }) {
  const full = Math.max(0, Math.min(5, Math.round(n)));
  return <span class="stars" role="img" aria-label={`${full} of 5 stars`}>{"★".repeat(full)}<i>{"★".repeat(5 - full)}</i></span>;
}

export function Badge({ kind = "", icon, children, testid }: { kind?: "" | "ok" | "warn" | "bad" | "info" | "accent"; icon?: IconName; children: ComponentChildren; testid?: string }) {
  return <span class={`badge ${kind}`} data-testid={testid}>{icon && <Icon name={icon} size={14} />}{children}</span>;
}

export function Spinner({ label }: { label: string }) {
  return <p class="spinner" role="status"><span class="spin" aria-hidden="true" />{label}</p>;
}

/** Grey lines where something is about to be. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return <div class="skeleton" aria-hidden="true">{Array.from({ length: lines }, (_, i) => <span key={i} />)}</div>;
}

/** What stands where there is nothing yet, and what to do first. */
export function Empty({ icon, title, children, action }: { icon: IconName; title: string; children?: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} size={40} />
      <h2>{title}</h2>
      {children && <div class="empty-text">{children}</div>}
      {action}
    </div>
  );
}

/** An error in plain words, with what to do about it. */
export function Problem({ error, onRetry, children }: { error: unknown; onRetry?: () => void; children?: ComponentChildren }) {
  const { title, detail, action } = plain(error);
  return (
    <div class="notice bad" role="alert" data-testid="problem">
      <Icon name="error" />
      <div>
        <strong>{title}</strong>
        {detail && <p>{detail}</p>}
        {children}
        {(action || onRetry) && (
          <p class="row">
            {action && (action.href.startsWith("/") ? <a href={action.href}>{action.label}</a> : <ExternalLink href={action.href}>{action.label}</ExternalLink>)}
            {onRetry && <Button icon="retry" onClick={onRetry}>Try again</Button>}
          </p>
        )}
      </div>
    </div>
  );
}

export function Notice({ kind, title, children }: { kind: "info" | "ok" | "warn" | "bad"; title?: string; children?: ComponentChildren }) {
  const icon = { info: "info", ok: "check", warn: "warn", bad: "error" } as const;
  return (
    <div class={`notice ${kind}`}>
      <Icon name={icon[kind]} />
      <div>{title && <strong>{title}</strong>}{children}</div>
    </div>
  );
}

/** A link away from this page. What is no web address is shown as text: addresses
 *  come from the Hub and from plugins. */
export function ExternalLink({ href, children }: { href: string; children: ComponentChildren }) {
  let safe = false;
  try {
    const { protocol } = new URL(href);
    safe = protocol === "https:" || protocol === "http:";
  } catch {
    // no address
  }
  if (!safe) return <span>{children}</span>;
  return <a href={href} target="_blank" rel="noreferrer noopener">{children}<Icon name="external" size={14} /><span class="away"> (opens a new tab)</span></a>;
}

export function Details({ summary, children, open }: { summary: ComponentChildren; children: ComponentChildren; open?: boolean }) {
  return <details class="details" open={open}><summary><Icon name="chevron" size={16} />{summary}</summary><div>{children}</div></details>;
}
