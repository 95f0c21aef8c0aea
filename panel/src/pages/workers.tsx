import { useState } from "preact/hooks";
import type { StatePage } from "../api";
import { count, milliseconds } from "../format";
import { usePoll, useSettled, useTitle } from "../hooks";
import { Badge, StateBadge } from "../parts/parts";
import { Link } from "../router";

const PAGE = 100;

export function WorkersPage() {
  useTitle("Workers");
  const [part, setPart] = useState("");
  const [state, setState] = useState("");
  const [limit, setLimit] = useState(PAGE);
  const query = new URLSearchParams({ contains: useSettled(part), state, limit: String(limit) });
  const page = usePoll<StatePage>(`/states?${query}`, 3000).value;
  return (
    <>
      <div class="heading">
        <h1>Workers</h1>
        <p class="quiet" aria-live="polite">
          {page ? `${count(page.matched)} ${page.matched === 1 ? "worker" : "workers"}` : "…"}
        </p>
      </div>
      <form class="filters" role="search" onSubmit={(e) => e.preventDefault()}>
        <label>
          Find
          <input type="search" value={part} placeholder="route, name or file" onInput={(e) => setPart(e.currentTarget.value)} />
        </label>
        <label>
          State
          <select value={state} onChange={(e) => setState(e.currentTarget.value)}>
            <option value="">any</option>
            <option>loaded</option>
            <option>unloaded</option>
            <option>broken</option>
          </select>
        </label>
      </form>
      {page && page.items.length === 0 && <p class="quiet">No worker fits.</p>}
      {page && page.items.length > 0 && (
        <div class="card flush">
          <table class="workers">
            <thead>
              <tr>
                <th scope="col">Route</th>
                <th scope="col">State</th>
                <th scope="col">Sandbox</th>
                <th scope="col" class="right">
                  Requests
                </th>
                <th scope="col" class="right">
                  Failures
                </th>
                <th scope="col" class="right">
                  p95
                </th>
              </tr>
            </thead>
            <tbody>
              {page.items.map((worker) => (
                <tr key={worker.id}>
                  <th scope="row">
                    <Link to={`/workers/${worker.id}`}>{worker.path}</Link>
                    <span class="quiet file">{worker.name === "default" ? worker.file : `${worker.name} · ${worker.file}`}</span>
                  </th>
                  <td data-name="State">
                    <StateBadge worker={worker} />
                  </td>
                  <td data-name="Sandbox">
                    {worker.instances === "fresh" ? <Badge kind="warn">fresh</Badge> : <span>{worker.instances ?? "–"}</span>}
                    {worker.top_level_code === "each-request" && <Badge kind="warn">replayed</Badge>}
                  </td>
                  <td data-name="Requests" class="right">
                    {count(worker.figures.requests)}
                  </td>
                  <td data-name="Failures" class={worker.figures.failures > 0 ? "right failing" : "right"}>
                    {count(worker.figures.failures)}
                  </td>
                  <td data-name="p95" class="right">
                    {milliseconds(worker.figures.latency_ms.p95)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {page && page.matched > page.items.length && limit < 1000 && (
        <button onClick={() => setLimit(Math.min(1000, limit + 2 * PAGE))}>Show more</button>
      )}
    </>
  );
}
