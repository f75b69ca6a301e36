import { useEffect, useState } from "preact/hooks";
import { aborted, post } from "../../api";
import type { DownloadRequest, Plan } from "../../types";

export interface Planned {
  plan: Plan | undefined; // of the last request that was answered
  error: unknown;
  loading: boolean;
  retry: () => void;
}

/** Ticks that follow each other ask once, in ms. */
const pause = 150;

/** What a download would do. What came last stays while it is asked for again. */
export function usePlan(request: DownloadRequest | undefined): Planned {
  const key = request ? JSON.stringify(request) : "";
  const [state, setState] = useState<{ key: string; plan?: Plan; error?: unknown }>({ key: "" });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!key) {
      setState({ key: "" });
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      post<Plan>("/api/plan", JSON.parse(key), { signal: stop.signal }).then(
        (plan) => stop.signal.aborted || setState({ key, plan }),
        (error) => aborted(error) || stop.signal.aborted || setState({ key, error }),
      );
    }, pause);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key, turn]);
  const retry = () => {
    setState({ key: "" });
    setTurn((n) => n + 1);
  };
  return { retry, plan: state.plan, error: state.error, loading: key !== "" && state.key !== key };
}
