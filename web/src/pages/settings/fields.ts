// What can be set, as docs/configuration.md and docs/api.md describe it.

export interface SettingField {
  key: "limitRate" | "maxActive" | "connections" | "multipartThreshold" | "retries" | "verify";
  kind: "size" | "number" | "choice";
  label: string;
  hint: string;
  initial: string; // the default
  initialText?: string; // in words
  min?: number;
  max?: number;
  options?: readonly (readonly [value: string, label: string])[];
  placeholder?: string;
}

export const fields: readonly SettingField[] = [
  {
    key: "limitRate", kind: "size", label: "Speed limit, in bytes a second", initial: "", initialText: "no limit", placeholder: "No limit",
    hint: "The most that all downloads together may take, for example 5MiB or 800KB. Leave it empty for full speed.",
  },
  {
    key: "maxActive", kind: "number", label: "Large files at once", initial: "3", min: 1, max: 32,
    hint: "How many large files are downloaded at the same time, over all jobs. 1 to 32.",
  },
  {
    key: "connections", kind: "number", label: "Connections per large file", initial: "8", min: 1, max: 64,
    hint: "A large file comes in so many pieces at once. More can be faster on a fast line; fewer leave room for others. 1 to 64.",
  },
  {
    key: "multipartThreshold", kind: "size", label: "Files are large from", initial: "32MiB", placeholder: "32MiB",
    hint: "Smaller files come over one connection. A size such as 32MiB or 512KB.",
  },
  {
    key: "retries", kind: "number", label: "Attempts after a failure", initial: "4", min: 0, max: 100,
    hint: "How often in a row a connection may fail before a file does. Any progress starts the count anew. 0 to 100.",
  },
  {
    key: "verify", kind: "choice", label: "Checks of downloaded files", initial: "size", initialText: "compare the size",
    hint: "Files that the Hub gives a checksum for are always checked while they come. This says what is done beside that.",
    options: [["none", "Do not check"], ["size", "Compare the size"], ["etag", "Compare the server's checksum, where it gives one"], ["sha256", "Read every finished file back from the disk"]],
  },
];

/** A default, for people. */
export const initialText = (f: SettingField) => f.initialText ?? f.initial;

/** What the API wants for a text of the form; undefined when it cannot be that. */
export function wire(f: SettingField, text: string): string | number | undefined {
  const t = text.trim();
  if (f.kind !== "number") return t;
  return /^\d{1,9}$/.test(t) ? Number(t) : undefined;
}

/** What is wrong with a text that needs no server to see it. */
export function wrong(f: SettingField, text: string): string {
  if (f.kind !== "number") return "";
  const n = wire(f, text);
  if (n === undefined) return `Write a whole number from ${f.min} to ${f.max}.`;
  return Number(n) < f.min! || Number(n) > f.max! ? `${n} is out of range. Write a number from ${f.min} to ${f.max}.` : "";
}
