import { useState } from "preact/hooks";
import { clock } from "../format";
import { useWidth } from "../hooks";

export interface Line {
  name: string;
  tone: "main" | "second" | "third" | "bad";
  values: (number | null)[];
  area?: boolean;
}

interface ChartProps {
  title: string;
  lines: Line[];
  times: string[];
  room: number; // how many values fit from edge to edge
  format: (value: number) => string;
}

const HEIGHT = 150;
const TOP = 8;

const STEPS = [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10];

// A round number not below `value`, whose half is round too.
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (STEPS.find((step) => step * power >= value) ?? 10);
}

// Runs of values without a gap, as points.
function runs(values: (number | null)[], x: (i: number) => number, y: (v: number) => number): string[][] {
  const found: string[][] = [[]];
  values.forEach((value, i) => {
    if (value === null) found.push([]);
    else found.at(-1)!.push(`${x(i).toFixed(1)},${y(value).toFixed(1)}`);
  });
  return found.filter((run) => run.length > 0);
}

export function Chart({ title, lines, times, room, format }: ChartProps) {
  const { element, width } = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const last = times.length - 1;
  const top = roundUp(Math.max(0, ...lines.flatMap((line) => line.values.map((v) => v ?? 0))));
  const x = (i: number) => width - ((last - i) * width) / (room - 1);
  const y = (value: number) => HEIGHT - (value / top) * (HEIGHT - TOP);
  const shown = at === null || at > last ? last : at;
  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const i = Math.round(last - ((width - (event.clientX - box.left)) / width) * (room - 1));
    setAt(i >= 0 && i <= last ? i : null);
  };
  const said = lines.map((line) => `${line.name} ${format(line.values[last] ?? 0)}`).join(", ");
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="legend">
          {lines.map((line) => (
            <span key={line.name} class={`key ${line.tone}`}>
              {line.name} <b>{line.values[shown] == null ? "–" : format(line.values[shown])}</b>
            </span>
          ))}
          <span class="quiet">{times[shown] ? clock(times[shown]) : ""}</span>
        </span>
      </figcaption>
      <div ref={element} class="plot">
        <svg width={width} height={HEIGHT} role="img" aria-label={`${title}: now ${said}`} onPointerMove={point} onPointerLeave={() => setAt(null)}>
          {[0.5, 1].map((part) => (
            <line key={part} class="grid" x1="0" x2={width} y1={y(top * part)} y2={y(top * part)} />
          ))}
          <line class="grid" x1="0" x2={width} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
          {lines.map((line) =>
            runs(line.values, x, y).map((run) => (
              <g key={run[0]} class={`line ${line.tone}`}>
                {line.area && (
                  <polygon points={`${run[0]!.split(",")[0]},${HEIGHT} ${run.join(" ")} ${run.at(-1)!.split(",")[0]},${HEIGHT}`} />
                )}
                <polyline points={run.length === 1 ? `${run[0]} ${run[0]}` : run.join(" ")} />
              </g>
            )),
          )}
          {at !== null && at <= last && <line class="cursor" x1={x(at)} x2={x(at)} y1="0" y2={HEIGHT} />}
        </svg>
        <span class="mark-top">{format(top)}</span>
        <span class="mark-middle">{format(top / 2)}</span>
      </div>
    </figure>
  );
}
