import type { Fact } from "./facts";
import { short } from "./items";

/** Facts as a list of terms. */
export function FactList({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="pick-facts">
      {facts.map((f) => <div key={f.key}><dt>{f.label}</dt><dd class="name">{short(f.value, 600)}</dd></div>)}
    </dl>
  );
}
