import type { Job } from "../../types";

interface Words {
  title: string;
  advice: string;
  links: { label: string; href: string }[];
}

const settings = { label: "Set a token", href: "/settings" };
const space = { label: "Free space in the cache", href: "/cache" };

/** The kinds are those of core/fault in the server. */
export function plainJob(j: Job): Words {
  const ask = j.link ? [{ label: "Ask for access on the Hub", href: j.link }] : [];
  const say = (title: string, advice: string, links: Words["links"] = []): Words => ({ title, advice, links });
  switch (j.errorKind) {
    case "gated":
      return say("Access has to be asked for", "Its owner wants to know who downloads it. Ask for access, set a token of that account, then retry.", [...ask, settings]);
    case "unauthorized":
      return say("The Hub refuses access", "The repository is private or does not exist, or the token may not read it. Set a token that may, then retry.", [...ask, settings]);
    case "repo-not-found":
      return say("There is no such repository", "Check how its name is spelt, and whether it is a model or a dataset. A private one needs a token.", [settings]);
    case "revision-not-found":
      return say("There is no such revision", `The repository has no branch, tag or commit ${j.revision}.`);
    case "disk":
      return say("The disk could not take it", j.hint || "It may be full or read-only. Make room, then retry: what came already is kept.", [space]);
    case "integrity":
      return say("Wrong content came", "What arrived is not what the Hub promised, so nothing of it was put into the cache. Retry; if it stays, the file on the Hub is damaged.");
    case "rate-limited":
      return say("The Hub wants a pause", "Too many requests came from here. Retry in a few minutes; with a token the Hub allows more.", [settings]);
    case "unavailable":
    case "offline":
      return say("The Hub could not be reached", "Retry when the network is back: it goes on from the bytes that are here.");
    default:
      return say("It failed", j.hint || "Retry; it goes on from the bytes that are here.");
  }
}
