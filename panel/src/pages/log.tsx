import { useEffect, useState } from "preact/hooks";
import { ApiError, ask, type LogRecord, type Records } from "../api";
import { useSettled, useTitle } from "../hooks";
import { Notice, RecordList } from "../parts/parts";

const INTERVAL = 1500;
const MOST = 1000;

export function LogPage() {
  useTitle("Log");
  const [level, setLevel] = useState("");
  const [worker, setWorker] = useState("");
  const [part, setPart] = useState("");
  const [paused, setPaused] = useState(false);
  const settledWorker = useSettled(worker);
  const settledPart = useSettled(part);
  const { records, error } = useLog({ level, worker: settledWorker, contains: settledPart }, paused);
  return (
    <>
      <div class="heading">
        <h1>Log</h1>
        <p class="quiet">The newest first. The server's --log-level decides what is kept.</p>
      </div>
      <form class="filters" role="search" onSubmit={(e) => e.preventDefault()}>
        <label>
          Contains
          <input type="search" value={part} onInput={(e) => setPart(e.currentTarget.value)} />
        </label>
        <label>
          Worker
          <input type="search" value={worker} placeholder="name or file" onInput={(e) => setWorker(e.currentTarget.value)} />
        </label>
        <label>
          Level
          <select value={level} onChange={(e) => setLevel(e.currentTarget.value)}>
            <option value="">all</option>
            <option value="debug">debug and up</option>
            <option value="info">info and up</option>
            <option value="warn">warnings, errors</option>
            <option value="error">errors</option>
          </select>
        </label>
        <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? "Paused" : "Pause"}
        </button>
      </form>
      {error && <Notice kind="bad">{error.message}</Notice>}
      <section class="card flush log" aria-label="Records">
        <RecordList records={records} empty="No record fits." />
      </section>
    </>
  );
}

interface Filter {
  level: string;
  worker: string;
  contains: string;
}

// The newest records that fit, newest first; asks only for what is new.
function useLog(filter: Filter, paused: boolean) {
  const [records, setRecords] = useState<LogRecord[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const key = new URLSearchParams({ ...filter }).toString();
  useEffect(() => setRecords([]), [key]);
  useEffect(() => {
    if (paused) return;
    const abort = new AbortController();
    let timer = 0;
    let after = 0;
    const run = async () => {
      try {
        const found = await ask<Records>(`/log?${key}&after=${after}`, { signal: abort.signal });
        const fresh = found.records.reverse();
        setRecords((old) => (after === 0 ? fresh : [...fresh, ...old].slice(0, MOST)));
        after = found.newest;
        setError(null);
      } catch (failure) {
        if (abort.signal.aborted) return;
        setError(failure instanceof ApiError ? failure : new ApiError(0, String(failure)));
      }
      timer = window.setTimeout(run, INTERVAL);
    };
    void run();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key, paused]);
  return { records, error };
}
