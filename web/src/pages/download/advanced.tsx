import { system } from "../../system";
import { Checkbox, TextField } from "../../ui/field";
import { Details } from "../../ui/show";
import type { Options } from "../pick/choice";
import { change, draft } from "./draft";

const speedRule = /^\d+(\.\d+)?\s*([kmgt]i?b?|b)?$/i;

/** The limit that was typed, when it is one. */
export function limitAsked(): string {
  const limit = draft.value.limit.trim();
  return speedRule.test(limit) ? limit.replace(/\s+/g, "") : "";
}

/** What only some need. */
export function Advanced({ options }: { options: Options }) {
  const set = (o: Partial<Options>) => change({ options: { ...options, ...o } });
  const { limit } = draft.value;
  const good = limit.trim() === "" || limitAsked() !== "";
  return (
    <Details summary="More options" open={options.filters !== "" || options.excludes !== ""}>
      <div class="stack">
        <TextField label="Only files with" value={options.filters} onInput={(filters) => set({ filters })} mono placeholder="q4_k_m,q8_0" hint="Words in the path, with commas between. They take the place of the ticks above." testid="dl-filters" />
        {options.filters !== "" && <Checkbox label="As whole words" checked={options.exact} onChange={(exact) => set({ exact })} hint="q4_k then finds q4_k but not q4_k_m. A / before it begins at the top folder." testid="dl-exact" />}
        <TextField label="Never files with" value={options.excludes} onInput={(excludes) => set({ excludes })} mono placeholder=".bin,onnx" hint="For example formats you do not use." testid="dl-excludes" />
        {system.value?.disks.some((d) => d.purpose === "local") && <Checkbox label="A folder for each filter" checked={options.subdir} onChange={(subdir) => set({ subdir })} hint="Files of a filter go to a folder of its name." testid="dl-subdir" />}
        <TextField label="Speed limit of this download" value={limit} onInput={(l) => change({ limit: l })} placeholder="none" error={good ? undefined : "A size a second, such as 5MiB"} hint="A size a second, such as 5MiB. Empty: only the limit of the settings." testid="dl-limit" />
      </div>
    </Details>
  );
}
