import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { aborted, get, type Options } from "./api";

export interface Loaded<T> {
  data: T | undefined; // what came last; it stays while it is asked for again
  error: unknown; // of the last attempt
  loading: boolean;
  reload: () => void;
}

/** What an address of the API answers; "" asks nothing. */
export function useLoad<T>(path: string, query?: Options["query"]): Loaded<T> {
  const key = JSON.stringify([path, query]);
  const [state, setState] = useState<{ key: string; data?: T; error?: unknown; loading: boolean }>({ key: "", loading: path !== "" });
  const [turn, setTurn] = useState(0);
  const latest = useRef(query);
  latest.current = query;
  useEffect(() => {
    if (path === "") return;
    const stop = new AbortController();
    setState((s) => ({ ...s, loading: true }));
    get<T>(path, { query: latest.current, signal: stop.signal }).then(
      (data) => stop.signal.aborted || setState({ key, data, loading: false }),
      (error) => aborted(error) || setState((s) => ({ ...s, error, loading: false })),
    );
    return () => stop.abort();
  }, [key, path, turn]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  return { data: state.key === key ? state.data : undefined, error: state.error, loading: state.loading, reload };
}
