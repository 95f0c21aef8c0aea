import type { ComponentChildren } from "preact";
import type { Figures, LogRecord, Server, WorkerState } from "../api";
import { clock, count, milliseconds, moment } from "../format";

export function Notice({ kind, children }: { kind: "bad" | "warn"; children: ComponentChildren }) {
  return <p class={`notice ${kind}`}>{children}</p>;
}

export function Badge({ kind, children }: { kind: "good" | "bad" | "warn" | "plain"; children: ComponentChildren }) {
  return <span class={`badge ${kind}`}>{children}</span>;
}

export function Phase({ server, reachable }: { server: Server | null; reachable: boolean }) {
  if (!reachable) return <Badge kind="bad">unreachable</Badge>;
  if (!server) return <Badge kind="plain">…</Badge>;
  return <Badge kind={server.phase === "serving" ? "good" : "warn"}>{server.phase}</Badge>;
}

export function StateBadge({ worker }: { worker: WorkerState }) {
  const kind = { loaded: "good", unloaded: "plain", broken: "bad" } as const;
  return <Badge kind={kind[worker.state]}>{worker.state}</Badge>;
}

export function Card({ title, children, wide }: { title: string; children: ComponentChildren; wide?: boolean }) {
  const id = title.toLowerCase().replace(/\W+/g, "-");
  return (
    <section class={wide ? "card wide" : "card"} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

export function Tile({ label, value, note, bad }: { label: string; value: string; note?: string; bad?: boolean }) {
  return (
    <div class={bad ? "tile bad" : "tile"}>
      <dt>{label}</dt>
      <dd>{value}</dd>
      {note && <dd class="note">{note}</dd>}
    </div>
  );
}

export type Row = readonly [string, ComponentChildren];

export function Rows({ rows }: { rows: readonly Row[] }) {
  return (
    <dl class="rows">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const LIMITS: Record<string, string> = {
  cpu: "CPU time",
  wall: "Wall time",
  memory: "Memory",
  request: "Request body",
  response: "Response body",
  busy: "No free sandbox",
  sockets: "WebSockets at once",
  message: "Message of a WebSocket",
  queue: "Slow WebSocket client",
  idle: "Silent WebSocket client",
};

export function FiguresRows({ figures }: { figures: Figures }) {
  const hit = Object.entries(figures.limits_hit).filter(([, times]) => times > 0);
  return (
    <Rows
      rows={[
        ["Requests", count(figures.requests)],
        [
          "By status",
          Object.entries(figures.by_status)
            .filter(([, times]) => times > 0)
            .map(([name, times]) => `${name}: ${count(times)}`)
            .join(" · ") || "–",
        ],
        ["Failures", count(figures.failures)],
        ["Limits hit", hit.map(([name, times]) => `${LIMITS[name] ?? name}: ${count(times)}`).join(" · ") || "none"],
        ...(figures.websockets.opened > 0
          ? [["WebSockets", `${count(figures.websockets.open)} open of ${count(figures.websockets.opened)}, messages: ${count(figures.websockets.messages_received)} in, ${count(figures.websockets.messages_sent)} out`] as [string, string]]
          : []),
        ["Latency", `${milliseconds(figures.latency_ms.p50)} median, ${milliseconds(figures.latency_ms.p95)} p95, ${milliseconds(figures.latency_ms.p99)} p99`],
      ]}
    />
  );
}

export function RecordList({ records, empty }: { records: LogRecord[]; empty: string }) {
  if (records.length === 0) return <p class="quiet">{empty}</p>;
  return (
    <ol class="records">
      {records.map((record) => (
        <Record key={record.number} record={record} />
      ))}
    </ol>
  );
}

export function Record({ record }: { record: LogRecord }) {
  const { stack, ...fields } = record.fields;
  return (
    <li class={`record ${record.level}`}>
      <time dateTime={record.time} title={moment(record.time)}>
        {clock(record.time)}
      </time>
      <span class="level">{record.level}</span>
      <div class="text">
        <span>{record.text}</span>
        {Object.keys(fields).length > 0 && (
          <div class="fields">
            {Object.entries(fields).map(([name, value]) => (
              <span key={name}>
                {name}={value}
              </span>
            ))}
          </div>
        )}
        {stack && <pre>{stack}</pre>}
      </div>
    </li>
  );
}
