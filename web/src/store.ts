import { effect, signal, type Signal } from "@preact/signals";

/** A value kept in this browser. Secrets never go here. */
export function stored<T>(key: string, initial: T): Signal<T> {
  const name = `hfdownloader.1.${key}`;
  const value = signal(read(name, initial));
  effect(() => {
    try {
      localStorage.setItem(name, JSON.stringify(value.value));
    } catch {
      // Private windows and full stores: the value lasts as long as the page.
    }
  });
  return value;
}

function read<T>(name: string, initial: T): T {
  try {
    const text = localStorage.getItem(name);
    if (text === null) return initial;
    const found: unknown = JSON.parse(text);
    return typeof found === typeof initial && Array.isArray(found) === Array.isArray(initial) && found !== null ? (found as T) : initial;
  } catch {
    return initial;
  }
}
