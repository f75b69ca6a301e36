import { system } from "../../system";
import { Icon, type IconName } from "../../ui/icons";
import { ExternalLink } from "../../ui/show";
import { hubPage } from "../pick/safety";
import { recent, type } from "./draft";

const examples = [
  ["Qwen/Qwen2.5-0.5B-Instruct-GGUF", "A small chat model"],
  ["sentence-transformers/all-MiniLM-L6-v2", "Finds texts by meaning"],
  ["openai/whisper-tiny", "Writes down speech"],
  ["stabilityai/sd-turbo", "Makes pictures from words"],
  ["datasets/stanfordnlp/imdb", "Film reviews, a dataset"],
] as const;

const steps: readonly (readonly [IconName, string, string])[] = [
  ["search", "Paste", "The name or link of what you found on the Hub."],
  ["check", "Pick", "We show what is in it, what fits your machine, and tick what suits most people."],
  ["download", "Download", "It goes on after a break, is checked, and lands where other programs look for it."],
];

/** What stands there before anything is typed. */
export function Welcome() {
  return (
    <div class="stack dl-welcome">
      {recent.value.length > 0 && <Names title="Recent" names={recent.value.map((n) => [n, ""] as const)} />}
      {!system.value?.endpoint && <Names title="Try one of these" names={examples} />}
      <ol class="dl-steps">
        {steps.map(([icon, title, text]) => <li key={title}><Icon name={icon} size={24} /><div><h2>{title}</h2><p>{text}</p></div></li>)}
      </ol>
      <p class="muted">Nothing in mind yet? <ExternalLink href={hubPage("models", false)}>Look around the Hub</ExternalLink></p>
    </div>
  );
}

function Names({ title, names }: { title: string; names: readonly (readonly [string, string])[] }) {
  return (
    <section class="dl-names">
      <h2>{title}</h2>
      <ul>
        {names.map(([name, what]) => (
          <li key={name}>
            <button type="button" onClick={() => type(name)}>
              <Icon name={name.startsWith("datasets/") ? "dataset" : "model"} size={18} />
              <span><strong class="name">{name.replace(/^datasets\//, "").slice(0, 120)}</strong>{what && <span class="muted">{what}</span>}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
