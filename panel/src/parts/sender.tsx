import { useState } from "preact/hooks";
import { ApiError, ask, type Answer, type Question } from "../api";
import { milliseconds } from "../format";
import { Link } from "../router";
import { Badge, Notice } from "./parts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

// "Name: value" lines; what has no colon is a name without a value, for the server to refuse.
function parseHeaders(text: string): [string, string][] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });
}

function pretty(answer: Answer): string {
  const type = answer.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  if (answer.body_encoding === "text" && /\bjson\b/.test(type)) {
    try {
      return JSON.stringify(JSON.parse(answer.body), null, 2);
    } catch {
      return answer.body;
    }
  }
  return answer.body;
}

export function Sender({ path: first }: { path: string }) {
  const [method, setMethod] = useState("GET");
  const [path, setPath] = useState(first);
  const [headers, setHeaders] = useState("");
  const [body, setBody] = useState("");
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [error, setError] = useState("");
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError("");
    const question: Question = { method, path, headers: parseHeaders(headers), body };
    try {
      setAnswer(await ask<Answer>("/requests", { body: question }));
    } catch (failure) {
      setAnswer(null);
      setError(failure instanceof ApiError ? failure.message : String(failure));
    }
    setBusy(false);
  };
  const hasParameters = path.includes("[");
  return (
    <form class="sender" onSubmit={send}>
      <div class="line">
        <label class="method">
          Method
          <select value={method} onChange={(e) => setMethod(e.currentTarget.value)}>
            {METHODS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label class="grow">
          Path and query
          <input class="mono" required value={path} spellcheck={false} autocapitalize="off" autocomplete="off" onInput={(e) => setPath(e.currentTarget.value)} />
        </label>
        <button class="main-action" disabled={busy}>
          {busy ? "Sending …" : "Send"}
        </button>
      </div>
      {hasParameters && <p class="quiet">Put values where the brackets are.</p>}
      <details>
        <summary>Headers and body</summary>
        <div class="grid-two">
          <label>
            Headers, one a line
            <textarea class="mono" rows={4} spellcheck={false} placeholder="accept: application/json" value={headers} onInput={(e) => setHeaders(e.currentTarget.value)} />
          </label>
          <label>
            Body
            <textarea class="mono" rows={4} spellcheck={false} value={body} onInput={(e) => setBody(e.currentTarget.value)} />
          </label>
        </div>
      </details>
      <div aria-live="polite" class="answer">
        {error && <Notice kind="bad">{error}</Notice>}
        {answer && <AnswerView answer={answer} />}
      </div>
    </form>
  );
}

function AnswerView({ answer }: { answer: Answer }) {
  const kind = answer.status < 300 ? "good" : answer.status < 400 ? "plain" : answer.status < 500 ? "warn" : "bad";
  return (
    <>
      <p class="outcome">
        <Badge kind={kind}>
          {answer.status} {answer.reason}
        </Badge>
        <span>{milliseconds(answer.took_ms)}</span>
        {answer.worker ? (
          <span>
            from <Link to={`/workers/${answer.worker.id}`}>{answer.worker.path}</Link>
          </span>
        ) : (
          <span class="quiet">from no worker</span>
        )}
        {answer.truncated && <Badge kind="warn">cut at 1 MiB</Badge>}
        {answer.timed_out && <Badge kind="warn">timed out</Badge>}
        {!answer.complete && !answer.truncated && <Badge kind="warn">incomplete</Badge>}
        {answer.body_encoding === "base64" && <Badge kind="plain">binary, as base64</Badge>}
      </p>
      <dl class="headers mono">
        {answer.headers.map(([name, value], i) => (
          <div key={i}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {answer.body !== "" && (
        <pre class="body" tabIndex={0} aria-label="Body of the answer">
          {pretty(answer)}
        </pre>
      )}
    </>
  );
}
