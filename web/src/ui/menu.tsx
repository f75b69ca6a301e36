import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icons";

export interface MenuItem {
  label: string;
  icon?: IconName;
  danger?: boolean;
  disabled?: boolean;
  run: () => void;
  testid?: string;
}

/** More that can be done, behind one button. */
export function Menu({ label, items, testid }: { label: string; items: MenuItem[]; testid?: string }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => { // at once: a quick pick comes before what is done later
    if (!open) return;
    (root.current?.querySelector('[role="menuitem"]:not(:disabled)') as HTMLElement | null)?.focus();
    const away = (e: Event) => root.current?.contains(e.target as Node) || setOpen(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const keys = (e: KeyboardEvent) => {
    const all = [...(root.current?.querySelectorAll<HTMLElement>('[role="menuitem"]:not(:disabled)') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[e.key];
    if (e.key === "Escape") {
      setOpen(false);
      button.current?.focus();
    } else if (e.key === "Tab") setOpen(false);
    else if (to !== undefined) all[to]?.focus();
    if (to !== undefined || e.key === "Escape") e.preventDefault();
  };
  const pick = (item: MenuItem) => {
    setOpen(false);
    button.current?.focus();
    item.run();
  };
  return (
    <div class="menu" ref={root}>
      <button ref={button} type="button" class="button only" aria-label={label} title={label} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)} data-testid={testid}>
        <Icon name="more" size={18} />
      </button>
      {open && (
        <div class="menu-list" role="menu" id={id} aria-label={label} onKeyDown={keys}>
          {items.map((item) => (
            <button key={item.label} type="button" role="menuitem" tabIndex={-1} class={item.danger ? "bad" : ""} disabled={item.disabled} onClick={() => pick(item)} data-testid={item.testid}>
              {item.icon && <Icon name={item.icon} size={18} />}
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
