import type { ComponentChildren } from "preact";
import { ApiError } from "../../api";
import { system } from "../../system";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icons";
import { ExternalLink, Problem } from "../../ui/show";
import { hubPage } from "./safety";
import { short } from "./items";

interface Props {
  error: unknown;
  repo: string;
  type: "" | "model" | "dataset";
  revision: string;
  onRetry: () => void;
  onType?: (type: "model" | "dataset") => void;
  onRevision?: (revision: string) => void;
}

/** Why a repository cannot be shown, in words, with what to do. */
export function Trouble(p: Props) {
  const e = p.error instanceof ApiError ? p.error : undefined;
  const retry = <Button icon="retry" onClick={p.onRetry}>Try again</Button>;
  switch (e?.kind) {
    case "repo-not-found":
      return (
        <Words icon="search" title={`There is no ${p.type || "model or dataset"} “${short(p.repo, 120)}”, or it is private`}>
          <p>Check the spelling: owner/name, as the Hub's page shows it.</p>
          <p class="row">
            {p.type === "model" && p.onType && <Button onClick={() => p.onType!("dataset")}>Look among datasets</Button>}
            {p.type === "dataset" && p.onType && <Button onClick={() => p.onType!("model")}>Look among models</Button>}
            <ExternalLink href={`${hubPage("models", false)}?search=${encodeURIComponent(p.repo.split("/")[1] ?? "")}`}>Search the Hub</ExternalLink>
            <a href="/settings">{system.value?.tokenSet ? "Is it yours? Check the token" : "Is it yours? Set a token"}</a>
          </p>
        </Words>
      );
    case "gated":
      return (
        <Words icon="lock" title={`“${short(p.repo, 120)}” is not open to everybody`}>
          <ol class="pick-steps">
            <li><ExternalLink href={e.link || hubPage(p.repo, p.type === "dataset")}>Ask for access on the Hub</ExternalLink></li>
            <li><a href="/settings">{system.value?.tokenSet ? "Check the token in the settings" : "Set your token in the settings"}</a></li>
            <li>{retry}</li>
          </ol>
        </Words>
      );
    case "unauthorized":
      return (
        <Words icon="lock" title={system.value?.tokenSet ? "The Hub does not accept the token" : "The Hub asks who you are"}>
          <p>{e.hint || "A token is a password for programs. Make one on the Hub that may read."}</p>
          <p class="row"><a href="/settings">Set a token</a>{retry}</p>
        </Words>
      );
    case "revision-not-found":
      return (
        <Words icon="search" title={`It has no branch, tag or commit “${short(p.revision, 120)}”`}>
          <p class="row">{p.onRevision && <Button onClick={() => p.onRevision!("")}>Take the main branch</Button>}{retry}</p>
        </Words>
      );
    case "unavailable":
    case "offline":
      return (
        <Words icon="offline" title="The Hub cannot be reached">
          <p>{short(e.details, 400)}</p>
          <p class="row">{retry}</p>
        </Words>
      );
  }
  return <Problem error={p.error} onRetry={p.onRetry} />;
}

function Words({ icon, title, children }: { icon: IconName; title: string; children: ComponentChildren }) {
  return (
    <div class="notice warn pick-trouble" role="alert" data-testid="problem">
      <Icon name={icon} />
      <div><strong class="name">{title}</strong>{children}</div>
    </div>
  );
}
