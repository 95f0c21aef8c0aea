import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

const BASE = "/_panel";

const placeNow = () => location.pathname.slice(BASE.length) || "/";

export function go(place: string) {
  history.pushState(null, "", BASE + place);
  dispatchEvent(new PopStateEvent("popstate"));
  scrollTo(0, 0);
}

// The place in the page, "/workers/1a2b". A new place moves the focus to its heading, as a new page would.
export function usePlace(): string {
  const [place, setPlace] = useState(placeNow);
  useEffect(() => {
    const follow = () => setPlace(placeNow());
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  const [first, setFirst] = useState(true);
  useEffect(() => {
    if (first) setFirst(false);
    else document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
  }, [place]);
  return place;
}

interface LinkProps {
  to: string;
  class?: string;
  current?: boolean;
  children: ComponentChildren;
}

export function Link({ to, current, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={BASE + to} onClick={follow} aria-current={current ? "page" : undefined} {...rest}>
      {children}
    </a>
  );
}
