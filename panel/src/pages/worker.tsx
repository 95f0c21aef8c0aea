import type { WorkerConfig, WorkerDetails } from "../api";
import { bytes, count, milliseconds } from "../format";
import { usePoll, useTitle } from "../hooks";
import { Badge, Card, FiguresRows, Notice, RecordList, Rows, StateBadge, type Row } from "../parts/parts";
import { Sender } from "../parts/sender";
import { Link } from "../router";

const orNone = (value: number, show: (value: number) => string, none = "no limit") => (value === 0 ? none : show(value));

export function WorkerPage({ id }: { id: string }) {
  const details = usePoll<WorkerDetails>(`/workers/${id}/state`, 2000);
  const config = usePoll<WorkerConfig>(`/workers/${id}`, 60_000).value;
  const worker = details.value;
  useTitle(worker?.path ?? "Worker");
  if (!worker || !config)
    return (
      <>
        <h1>Worker</h1>
        {details.error && <Notice kind="bad">{details.error.message}</Notice>}
      </>
    );
  const { limits, http_requests: http, warmup, evaluate } = worker.configuration;
  const vars = Object.keys(config.vars);
  const state: Row[] = [
    ["State", <StateBadge worker={worker} />],
    ["Language", worker.language === "wasm" ? "WebAssembly (WASI)" : "JavaScript"],
    ["Sandbox", worker.instances === null ? "–" : worker.instances === "kept" ? "kept and restored" : <Badge kind="warn">new at each request</Badge>],
    ...(worker.why_fresh ? [["Why new", worker.why_fresh] as Row] : []),
    ...(worker.language === "javascript"
      ? [["Top-level code", worker.top_level_code === "each-request" ? <Badge kind="warn">runs at each request</Badge> : worker.top_level_code === "once" ? "ran once, at load" : "–"] as Row]
      : []),
    ...(worker.why_each_request ? [["Why each time", worker.why_each_request] as Row] : []),
    ["Image", worker.image ? `${bytes(worker.image.bytes)} (${count(worker.image.pages)} pages)` : "–"],
    ["File", <code>{worker.filepath}</code>],
  ];
  return (
    <>
      <p class="crumb">
        <Link to="/workers">Workers</Link>
      </p>
      <div class="heading">
        <h1 class="mono">{worker.path}</h1>
        <p class="quiet">
          {worker.name === "default" ? worker.file : worker.name}, version {config.version}
        </p>
      </div>
      {worker.why_broken && (
        <div class="notice bad">
          <strong>This worker answers 500.</strong>
          <pre>{worker.why_broken}</pre>
        </div>
      )}
      <div class="grid-two">
        <Card title="State">
          <Rows rows={state} />
        </Card>
        <Card title="Figures">
          <FiguresRows figures={worker.figures} />
        </Card>
        <Card title="Limits">
          <Rows
            rows={[
              ["CPU time", orNone(limits.cpu_ms, milliseconds)],
              ["Wall time", orNone(limits.wall_ms, milliseconds)],
              ["Memory", orNone(limits.memory_bytes, bytes)],
              ["Request body", orNone(limits.request_bytes, bytes, "the server's")],
              ["Response body", orNone(limits.response_bytes, bytes)],
              ["WebSockets at once", orNone(limits.sockets, String)],
              ["Message of a WebSocket", orNone(limits.message_bytes, bytes)],
            ]}
          />
        </Card>
        <Card title="Configuration">
          <Rows
            rows={[
              ["Key/value namespace", config.data.kv === null ? "none" : <code>{config.data.kv}</code>],
              ["Variables", vars.length === 0 ? "none" : <Vars names={vars} />],
              ["Folders", config.folders.length === 0 ? "none" : config.folders.map((f) => `${f.from} → ${f.to}`).join(", ")],
              ["May fetch from", http.allowed_hosts.length === 0 ? "nowhere" : http.allowed_hosts.join(", ")],
              ["With", http.allowed_hosts.length === 0 ? "–" : http.allowed_methods.join(", ")],
              ["Plain HTTP, private addresses", `${http.allow_http ? "yes" : "no"}, ${http.allow_private ? "yes" : "no"}`],
              ["Warm-up", warmup.length === 0 ? "none" : warmup.join(", ")],
              ["Evaluate", evaluate],
            ]}
          />
        </Card>
        <Card title="Send a request" wide>
          <Sender key={worker.id} path={worker.path} />
        </Card>
        <Card title="Last errors" wide>
          <RecordList records={[...worker.errors].reverse()} empty="None." />
        </Card>
      </div>
    </>
  );
}

function Vars({ names }: { names: string[] }) {
  return (
    <ul class="plain">
      {names.map((name) => (
        <li key={name}>
          <code>{name}</code> <span class="quiet">= ••••••</span>
        </li>
      ))}
    </ul>
  );
}
