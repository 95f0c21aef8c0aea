import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, ask } from "./api";

export interface Polled<T> {
  value: T | null;
  error: ApiError | null;
  again: () => void;
}

// The newest answer for a path; asked again every so often while the page is seen. The last value stays
// while the next is on its way or fails.
export function usePoll<T>(path: string | null, milliseconds: number): Polled<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => setValue(null), [path]);
  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    let timer = 0;
    const run = async () => {
      if (!document.hidden) {
        try {
          setValue(await ask<T>(path, { signal: abort.signal }));
          setError(null);
        } catch (failure) {
          if (abort.signal.aborted) return;
          setError(failure instanceof ApiError ? failure : new ApiError(0, String(failure)));
        }
      }
      if (!abort.signal.aborted) timer = window.setTimeout(run, milliseconds);
    };
    void run();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, milliseconds, turn]);
  return { value, error, again: () => setTurn((n) => n + 1) };
}

// A value that follows another once it has been still for a moment.
export function useSettled<T>(value: T, milliseconds = 250): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · wws panel`;
  }, [title]);
}

// The width of an element, as it changes.
export function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(120, entry.contentRect.width)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return { element, width };
}
