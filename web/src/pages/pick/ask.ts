// Asking the server what is in a repository, while somebody still types.

import { useEffect, useRef, useState } from "preact/hooks";
import { aborted, get, repoPath } from "../../api";
import type { Analysis, NeedsSelection } from "../../types";

export interface Question {
  repo: string; // "" asks nothing
  type: "" | "model" | "dataset";
  revision: string;
  memory: string; // "auto" is what the server's machine has
  context: string;
}

export interface Answer {
  analysis: Analysis | undefined; // of the last question that was answered
  choose: NeedsSelection | undefined; // the name is both a model and a dataset
  error: unknown;
  loading: boolean; // what is in analysis is of an earlier question
  retry: () => void;
}

const nothing = { analysis: undefined, choose: undefined, error: undefined };

/** How long typing may pause before the server is asked, in ms. */
const pause = 350;

/** The analysis of what was typed. Asking ends when typing goes on; what came last
 *  stays. hurry() in a question's place asks at once. */
export function useAnalysis(q: Question, wait = pause): Answer {
  const key = q.repo && JSON.stringify([q.repo, q.type, q.revision, q.memory, q.context]);
  const [state, setState] = useState<{ key: string } & Pick<Answer, "analysis" | "choose" | "error">>({ key: "", ...nothing });
  const [turn, setTurn] = useState(0);
  const latest = useRef(q);
  latest.current = q;
  useEffect(() => {
    if (!key) {
      setState({ key: "", ...nothing });
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      ask(latest.current, stop.signal).then(
        (found) => stop.signal.aborted || setState({ key, ...nothing, ...found }),
        (error) => aborted(error) || stop.signal.aborted || setState({ key, ...nothing, error }),
      );
    }, wait);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key, turn]);
  const retry = () => {
    setState({ key: "", ...nothing });
    setTurn((n) => n + 1);
  };
  return { ...state, loading: key !== "" && state.key !== key, retry };
}

async function ask(q: Question, signal: AbortSignal): Promise<Partial<Pick<Answer, "analysis" | "choose">>> {
  const dataset = q.type === "" ? undefined : String(q.type === "dataset");
  const found = await get<Analysis | NeedsSelection>(`/api/analyze/${repoPath(q.repo)}`, {
    signal, query: { dataset, revision: q.revision, memory: q.memory, context: q.context },
  });
  return "needsSelection" in found && found.needsSelection === true ? { choose: found as NeedsSelection } : { analysis: found as Analysis };
}
