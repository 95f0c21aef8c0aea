import { useState } from "preact/hooks";
import { setToken, type Server } from "./api";
import { usePoll } from "./hooks";
import { LogPage } from "./pages/log";
import { SendPage } from "./pages/send";
import { ServerPage } from "./pages/server";
import { WorkerPage } from "./pages/worker";
import { WorkersPage } from "./pages/workers";
import { Notice, Phase } from "./parts/parts";
import { Link, usePlace } from "./router";

const PAGES = [
  ["/", "Server"],
  ["/workers", "Workers"],
  ["/send", "Send"],
  ["/log", "Log"],
] as const;

export function App() {
  const place = usePlace();
  const server = usePoll<Server>("/server", 2000);
  const locked = server.error?.status === 401;
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <Link to="/" class="brand">
          <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
            <rect width="32" height="32" rx="8" class="mark" />
            <path d="M6 11l4 11 6-9 6 9 4-11" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" />
          </svg>
          <span>wws</span>
        </Link>
        <nav aria-label="Panel">
          {PAGES.map(([to, name]) => (
            <Link key={to} to={to} current={to === "/" ? place === "/" : place.startsWith(to)}>
              {name}
            </Link>
          ))}
        </nav>
        <Phase server={server.value} reachable={!server.error} />
      </header>
      <main id="main" tabIndex={-1}>
        <div aria-live="polite">{server.error && !locked && <Notice kind="bad">{server.error.message}</Notice>}</div>
        {locked ? <TokenForm wrong={sessionStorage.length > 0} done={server.again} /> : <Page place={place} server={server.value} />}
      </main>
    </>
  );
}

function Page({ place, server }: { place: string; server: Server | null }) {
  const worker = /^\/workers\/([0-9a-f]+)$/.exec(place)?.[1];
  if (worker) return <WorkerPage key={worker} id={worker} />;
  if (place === "/") return <ServerPage server={server} />;
  if (place === "/workers") return <WorkersPage />;
  if (place === "/send") return <SendPage />;
  if (place === "/log") return <LogPage />;
  return (
    <>
      <h1>Nothing here</h1>
      <p>
        The panel has no page <code>{place}</code>. <Link to="/">To the server</Link>
      </p>
    </>
  );
}

function TokenForm({ wrong, done }: { wrong: boolean; done: () => void }) {
  const [token, set] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    setToken(token.trim());
    done();
  };
  return (
    <form class="card narrow" onSubmit={submit}>
      <h1>Admin token</h1>
      <p class="quiet">
        This server was started with a token, in <code>WWS_ADMIN_TOKEN</code> or a file. It stays in this tab.
      </p>
      {wrong && (
        <p class="error" role="alert">
          That is not the server's token.
        </p>
      )}
      <label for="token">Token</label>
      <input id="token" type="password" autocomplete="current-password" required value={token} onInput={(e) => set(e.currentTarget.value)} />
      <button class="main-action">Open the panel</button>
    </form>
  );
}
