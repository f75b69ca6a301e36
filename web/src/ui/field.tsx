import type { ComponentChildren, Ref } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./icons";

interface FieldProps {
  label: ComponentChildren;
  hint?: ComponentChildren;
  error?: string;
  hideLabel?: boolean;
  children: (a: { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined }) => ComponentChildren;
}

/** A control with its label, what it means, and what is wrong with what is in it. */
export function Field({ label, hint, error, hideLabel, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div class={`field ${error ? "wrong" : ""}`}>
      <label for={id} class={hideLabel ? "away" : ""}>{label}</label>
      {children({ id, "aria-describedby": described, "aria-invalid": error ? true : undefined })}
      {error && <p class="field-error" id={`${id}-error`}><Icon name="error" size={16} />{error}</p>}
      {hint && <p class="field-hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

interface TextProps extends Omit<FieldProps, "children"> {
  value: string;
  onInput: (value: string) => void;
  onCommit?: () => void; // Enter, or leaving the field
  type?: "text" | "search" | "password" | "number" | "url";
  placeholder?: string;
  autocomplete?: string;
  disabled?: boolean;
  min?: number;
  max?: number;
  mono?: boolean;
  testid?: string;
  inputRef?: Ref<HTMLInputElement>;
}

export function TextField({ value, onInput, onCommit, type = "text", placeholder, autocomplete = "off", disabled, min, max, mono, testid, inputRef, ...field }: TextProps) {
  return (
    <Field {...field}>
      {(a) => (
        <input
          {...a}
          ref={inputRef}
          class={mono ? "mono" : ""}
          type={type as "text"} // its types want one element for each
          value={value}
          placeholder={placeholder}
          autocomplete={autocomplete}
          autocapitalize="off"
          spellcheck={false}
          disabled={disabled}
          min={min}
          max={max}
          inputMode={type === "number" ? "numeric" : undefined}
          onInput={(e) => onInput(e.currentTarget.value)}
          onBlur={onCommit}
          onKeyDown={(e) => e.key === "Enter" && onCommit?.()}
          data-testid={testid}
        />
      )}
    </Field>
  );
}

/** A whole number; what is no number is given as NaN. */
export function NumberField({ value, onInput, ...rest }: Omit<TextProps, "value" | "onInput" | "type"> & { value: number; onInput: (value: number) => void }) {
  return (
    <TextField
      {...rest}
      type="number"
      value={Number.isNaN(value) ? "" : String(value)}
      onInput={(text) => onInput(/^-?\d+$/.test(text.trim()) ? Number(text) : NaN)}
    />
  );
}

interface SelectProps extends Omit<FieldProps, "children"> {
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChange: (value: string) => void;
  disabled?: boolean;
  testid?: string;
}

export function Select({ value, options, onChange, disabled, testid, ...field }: SelectProps) {
  return (
    <Field {...field}>
      {(a) => (
        <select {...a} value={value} disabled={disabled} onChange={(e) => onChange(e.currentTarget.value)} data-testid={testid}>
          {options.map(([v, text]) => <option key={v} value={v} selected={v === value}>{text}</option>)}
        </select>
      )}
    </Field>
  );
}

interface TickProps {
  label: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  hint?: ComponentChildren;
  testid?: string;
}

function Tick({ label, checked, onChange, disabled, hint, testid, kind }: TickProps & { kind: "checkbox" | "switch" }) {
  const id = useId();
  return (
    <div class={`tick ${kind}`}>
      <input
        id={id}
        type="checkbox"
        role={kind === "switch" ? "switch" : undefined}
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(e) => onChange(e.currentTarget.checked)}
        data-testid={testid}
      />
      <label for={id}>{label}</label>
      {hint && <p class="field-hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

export const Checkbox = (p: TickProps) => <Tick {...p} kind="checkbox" />;
/** For what holds at once, without a button to save it. */
export const Switch = (p: TickProps) => <Tick {...p} kind="switch" />;
