import type { ComponentChildren } from "preact";
import { signal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button, IconButton } from "./button";

interface DialogProps {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  actions?: ComponentChildren;
  wide?: boolean;
  testid?: string;
}

/** A dialog above the page. The browser keeps the focus in it; afterwards it is where it was. */
export function Dialog({ open, title, onClose, children, actions, wide, testid }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const opener = useRef<Element | null>(null);
  const id = useId();
  // While it is drawn first: a button that is busy from now on loses the focus soon.
  if (open) opener.current ??= document.activeElement;
  useEffect(() => {
    if (!open) return;
    ref.current?.showModal();
    ref.current?.querySelector<HTMLElement>(".dialog-body :is(input, select, textarea):not(:disabled)")?.focus();
    return () => {
      const back = opener.current;
      opener.current = null;
      requestAnimationFrame(() => { // once that button can be pressed again
        if (back instanceof HTMLElement && (document.activeElement ?? document.body) === document.body) back.focus();
      });
    };
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={ref}
      class={wide ? "wide" : ""}
      aria-labelledby={id}
      data-testid={testid}
      onClose={onClose}
      onClick={(e) => e.target === ref.current && onClose()}
    >
      <div class="dialog-in">
        <header>
          <h2 id={id}>{title}</h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        <div class="dialog-body">{children}</div>
        {actions && <footer>{actions}</footer>}
      </div>
    </dialog>
  );
}

interface Question {
  title: string;
  body?: ComponentChildren;
  yes: string;
  danger?: boolean;
}

const question = signal<(Question & { answer: (yes: boolean) => void }) | null>(null);

/** Asks in a dialog; false for any other way out of it. One question at a time. */
export function confirm(q: Question): Promise<boolean> {
  question.peek()?.answer(false);
  return new Promise((resolve) => {
    question.value = {
      ...q,
      answer: (yes) => {
        question.value = null;
        resolve(yes);
      },
    };
  });
}

/** Where confirm() shows; part of the shell. */
export function Questions() {
  const q = question.value;
  if (!q) return null;
  return (
    <Dialog
      open
      title={q.title}
      testid="confirm"
      onClose={() => q.answer(false)}
      actions={
        <>
          <Button onClick={() => q.answer(false)} data-testid="confirm-no">Cancel</Button>
          <Button kind={q.danger ? "danger" : "primary"} onClick={() => q.answer(true)} data-testid="confirm-yes">{q.yes}</Button>
        </>
      }
    >
      {q.body}
    </Dialog>
  );
}
