// https://console.spec.whatwg.org/
(function (internals) {
  "use strict";

  const { log, format, frames, inspect, defineGlobal } = internals;
  const TRACE = 0, DEBUG = 1, INFO = 2, WARN = 3, ERROR = 4; // WWS_LOG_*
  const now = internals.performanceNow;
  const counts = new Map();
  const timers = new Map();
  let indent = "";

  const write = (level, text) => {
    log(level, indent === "" ? text : indent + text.replaceAll("\n", `\n${indent}`));
  };
  const print = (level, values) => {
    if (values.length === 1 && typeof values[0] === "string") write(level, values[0]);
    else if (values.length !== 0) write(level, format(values));
    else write(level, "");
  };
  const label = (value) => (value === undefined ? "default" : `${value}`);

  const elapsed = (name, level, rest) => {
    const start = timers.get(name);
    if (start === undefined) {
      write(WARN, `Timer '${name}' does not exist`);
      return;
    }
    const text = `${name}: ${(now() - start).toFixed(3)}ms`;
    write(level, rest.length === 0 ? text : format([text.replaceAll("%", "%%"), ...rest]));
  };

  const cell = (value) => inspect(value, 0);

  const render = (columns, rows) => {
    const widths = columns.map((column, i) =>
      Math.max(column.length, ...rows.map((row) => row[i].length)) + 2);
    const bar = (left, middle, right) =>
      left + widths.map((width) => "─".repeat(width)).join(middle) + right;
    const line = (cells) => `│${cells.map((text, i) => ` ${text}`.padEnd(widths[i])).join("│")}│`;
    const head = [bar("┌", "┬", "┐"), line(columns), bar("├", "┼", "┤")];
    return [...head, ...rows.map(line), bar("└", "┴", "┘")].join("\n");
  };

  const entriesOf = (data) => {
    if (data instanceof Map) return [...data].map(([key, value], i) => [i, { Key: key, Values: value }]);
    if (data instanceof Set) return [...data].map((value, i) => [i, value]);
    return Object.keys(data).map((key) => [key, data[key]]);
  };

  const table = (data, wanted) => {
    const all = entriesOf(data);
    const entries = all.slice(0, 1000);
    const names = [];
    let values = false;
    for (const [, row] of entries) {
      if (row === null || typeof row !== "object") {
        values = true;
        continue;
      }
      for (const name of Object.keys(row)) {
        if (names.length < 100 && !names.includes(name)) names.push(name);
      }
    }
    const shown = wanted === undefined ? names : [...wanted].map(String);
    const columns = ["(index)", ...shown, ...(values ? ["Values"] : [])];
    const rows = entries.map(([index, row]) => {
      const object = row !== null && typeof row === "object";
      return [`${index}`, ...shown.map((name) => (object && Object.hasOwn(row, name) ? cell(row[name]) : "")),
        ...(values ? [object ? "" : cell(row)] : [])];
    });
    const left = all.length - entries.length;
    return render(columns, rows) + (left === 0 ? "" : `\n... ${left} more rows`);
  };

  const methods = {
    log(...data) { print(INFO, data); },
    info(...data) { print(INFO, data); },
    debug(...data) { print(DEBUG, data); },
    warn(...data) { print(WARN, data); },
    error(...data) { print(ERROR, data); },
    trace(...data) {
      const text = data.length === 0 ? "Trace" : `Trace: ${format(data)}`;
      const stack = frames(new Error().stack);
      write(TRACE, stack === "" ? text : `${text}\n${stack}`);
    },
    assert(condition = false, ...data) {
      if (condition) return;
      if (typeof data[0] === "string") data[0] = `Assertion failed: ${data[0]}`;
      else data.unshift(data.length === 0 ? "Assertion failed" : "Assertion failed:");
      print(ERROR, data);
    },
    count(name = "default") {
      name = label(name);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      write(INFO, `${name}: ${count}`);
    },
    countReset(name = "default") {
      name = label(name);
      if (!counts.delete(name)) write(WARN, `Count for '${name}' does not exist`);
    },
    dir(item = undefined, options = undefined) {
      const depth = options?.depth;
      write(INFO, inspect(item, depth === null ? Infinity : typeof depth === "number" ? depth : 2));
    },
    dirxml(...data) { print(INFO, data); },
    group(...data) {
      if (data.length !== 0) print(INFO, data);
      if (indent.length < 200) indent += "  ";
    },
    groupCollapsed(...data) { methods.group(...data); },
    groupEnd() { indent = indent.slice(2); },
    table(data = undefined, columns = undefined) {
      if (data === null || typeof data !== "object") print(INFO, [data]);
      else write(INFO, table(data, columns));
    },
    time(name = "default") {
      name = label(name);
      if (timers.has(name)) write(WARN, `Timer '${name}' already exists`);
      else timers.set(name, now());
    },
    timeLog(name = "default", ...data) { elapsed(label(name), INFO, data); },
    timeEnd(name = "default") {
      name = label(name);
      elapsed(name, INFO, []);
      timers.delete(name);
    },
    clear() {},
  };

  const console = Object.create({});
  for (const name of Object.keys(methods)) console[name] = methods[name];
  Object.defineProperty(console, Symbol.toStringTag, { value: "console", configurable: true });
  defineGlobal("console", console);
})
