import type { Records, Sample, Server } from "../api";
import { bytes, count, duration, milliseconds } from "../format";
import { usePoll, useTitle } from "../hooks";
import { Chart } from "../parts/chart";
import { Badge, Card, FiguresRows, Notice, RecordList, Rows, Tile } from "../parts/parts";
import { Link } from "../router";

const ROOM = 300;

export function ServerPage({ server }: { server: Server | null }) {
  useTitle("Server");
  const live = usePoll<{ samples: Sample[] }>("/live", 1000);
  const errors = usePoll<Records>("/errors?limit=20", 3000);
  if (!server) return <h1>Server</h1>;
  const samples = live.value?.samples ?? [];
  const now = samples.at(-1);
  return (
    <>
      <div class="heading">
        <h1>Server</h1>
        <a href={server.address} class="address">
          {server.address}
        </a>
        <p class="quiet">
          wws {server.version}, {duration(server.uptime_seconds)} up, {server.loops} {server.loops === 1 ? "loop" : "loops"}
        </p>
      </div>
      {server.why_not_kept && <Notice kind="warn">Every request gets a new sandbox, which is slower: {server.why_not_kept}</Notice>}
      <dl class="tiles">
        <Tile label="Requests a second" value={count(Math.round(now?.requests_per_second ?? 0))} note={`${count(server.figures.requests)} since the start`} />
        <Tile label="Latency p95" value={milliseconds(now?.p95_ms ?? null)} note={`median ${milliseconds(now?.p50_ms ?? null)}`} />
        <Tile label="Errors a second" value={count(now?.errors_per_second ?? 0)} note={`${count(server.figures.failures)} failures of workers`} bad={(now?.errors_per_second ?? 0) > 0} />
        <Tile label="Under way" value={count(server.in_flight)} note={`${count(server.connections)} ${server.connections === 1 ? "connection" : "connections"}`} />
      </dl>
      <div class="grid-two">
        <section class="card" aria-label="Requests, live">
          <Chart
            title="Requests a second"
            room={ROOM}
            times={samples.map((s) => s.time)}
            format={(v) => count(v < 10 ? v : Math.round(v))}
            lines={[
              { name: "all", tone: "main", area: true, values: samples.map((s) => s.requests_per_second) },
              { name: "errors", tone: "bad", values: samples.map((s) => s.errors_per_second) },
            ]}
          />
        </section>
        <section class="card" aria-label="Latency, live">
          <Chart
            title="Latency"
            room={ROOM}
            times={samples.map((s) => s.time)}
            format={(v) => milliseconds(v)}
            lines={[
              { name: "p99", tone: "third", values: samples.map((s) => s.p99_ms) },
              { name: "p95", tone: "second", values: samples.map((s) => s.p95_ms) },
              { name: "median", tone: "main", values: samples.map((s) => s.p50_ms) },
            ]}
          />
        </section>
        <Card title="Workers">
          <Rows
            rows={[
              ["In the project", <Link to="/workers">{count(server.workers.total)}</Link>],
              ["Loaded", count(server.workers.loaded)],
              ["Not asked for yet", count(server.workers.unloaded)],
              ["Broken", server.workers.broken > 0 ? <Badge kind="bad">{count(server.workers.broken)}</Badge> : "0"],
              ["Top-level code at each request", count(server.workers.replayed)],
              ["New sandbox at each request", count(server.workers.fresh)],
              ["Memory of their images", bytes(server.workers.image_bytes)],
            ]}
          />
        </Card>
        <Card title="Sandboxes">
          <Rows
            rows={[
              ["Running", count(server.instances.running)],
              ["Kept for the next request", count(server.instances.idle)],
              ["Requests that wait for one", count(server.instances.waiting)],
              ["Lent", count(server.instances.leases)],
              ["Restored", count(server.instances.restored)],
              ["Made", count(server.instances.created)],
              ["Dropped", count(server.instances.dropped)],
            ]}
          />
        </Card>
        <Card title="Since the start">
          <FiguresRows figures={server.figures} />
        </Card>
        <Card title="Process">
          <Rows
            rows={[
              ["Project", <code>{server.project}</code>],
              ["Static files", server.serves_files ? "from public/" : "none"],
              ["Resident memory", bytes(server.process.resident_bytes)],
              ["CPU time", duration(server.process.cpu_seconds)],
              ["Tasks after their response", count(server.background_tasks)],
            ]}
          />
        </Card>
        <Card title="Last errors" wide>
          <RecordList records={[...(errors.value?.records ?? [])].reverse()} empty="None." />
        </Card>
      </div>
    </>
  );
}
