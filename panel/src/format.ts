const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const count = (value: number) => (value < 100_000 ? number.format(value) : compact.format(value));

export function milliseconds(value: number | null): string {
  if (value === null) return "–";
  if (value >= 1000) return `${number.format(value / 1000)} s`;
  if (value >= 1) return `${number.format(value)} ms`;
  return `${Math.round(value * 1000)} µs`;
}

export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${number.format(value)} ${units[unit]}`;
}

export function duration(seconds: number): string {
  const parts: [number, string][] = [
    [86400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const first = parts.findIndex(([size]) => seconds >= size);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .map(([size, name], index) => {
      const whole = index === 0 ? Math.floor(seconds / size) : Math.floor((seconds % parts[first]![0]) / size);
      return `${whole} ${name}`;
    })
    .join(" ");
}

export const clock = (time: string) => new Date(time).toLocaleTimeString("en-GB");
export const moment = (time: string) => new Date(time).toLocaleString("en-GB");
