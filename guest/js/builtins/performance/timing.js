// User timing and its timeline. https://w3c.github.io/user-timing/, https://w3c.github.io/performance-timeline/
(function (internals) {
  "use strict";

  const { defineInterface, requireArguments, performanceNow } = internals;
  const { isObject, sequence } = internals.use("webidl");
  const secret = Symbol("secret");
  const most = 10000; // entries that are kept; older ones go

  class PerformanceEntry {
    #name; #type; #start; #duration;
    constructor(token, name, type, start, duration) {
      if (token !== secret) throw new TypeError("Illegal constructor");
      this.#name = name;
      this.#type = type;
      this.#start = start;
      this.#duration = duration;
    }
    get name() { return this.#name; }
    get entryType() { return this.#type; }
    get startTime() { return this.#start; }
    get duration() { return this.#duration; }
    toJSON() {
      return { name: this.#name, entryType: this.#type, startTime: this.#start, duration: this.#duration,
        ...(this.detail === undefined ? {} : { detail: this.detail }) };
    }
  }
  Object.defineProperty(PerformanceEntry, "length", { value: 0, configurable: true });

  const toTime = (value, what) => {
    const time = Number(value);
    if (!Number.isFinite(time)) throw new TypeError(`${what} must be a finite number`);
    if (time < 0) throw new TypeError(`${what} must not be negative`);
    return time;
  };
  const toOptions = (options, what) => {
    if (options === undefined || options === null) return {};
    if (!isObject(options)) throw new TypeError(`${what}: the options must be an object`);
    return options;
  };
  const toDetail = ({ detail }) => (detail === undefined || detail === null ? null : internals.structuredClone(detail));

  class PerformanceMark extends PerformanceEntry {
    #detail;
    constructor(markName, markOptions = undefined) {
      requireArguments(arguments.length, 1, "PerformanceMark");
      const name = `${markName}`;
      const options = toOptions(markOptions, "PerformanceMark");
      const detail = options.detail;
      const start = options.startTime === undefined ? performanceNow() : toTime(options.startTime, "startTime");
      super(secret, name, "mark", start, 0);
      this.#detail = toDetail({ detail });
    }
    get detail() { return this.#detail; }
  }

  class PerformanceMeasure extends PerformanceEntry {
    #detail;
    constructor(token, name, start, end, detail) {
      super(token, name, "measure", start, end - start);
      this.#detail = detail;
    }
    get detail() { return this.#detail; }
  }
  Object.defineProperty(PerformanceMeasure, "length", { value: 0, configurable: true });

  // ---- the timeline ----

  let timeline = [];
  const observers = new Set();
  const inOrder = (entries) => entries.slice().sort((a, b) => a.startTime - b.startTime);

  const add = (entry) => {
    timeline.push(entry);
    if (timeline.length > most) timeline = timeline.slice(-most);
    for (const observer of observers) notify(observer, entry);
    return entry;
  };

  // A mark's time by its name. https://w3c.github.io/user-timing/#convert-a-mark-to-a-timestamp
  const timeOf = (mark, what) => {
    if (typeof mark === "number") return toTime(mark, what);
    const name = `${mark}`;
    const found = timeline.findLast((entry) => entry.entryType === "mark" && entry.name === name);
    if (found === undefined) throw new DOMException(`There is no mark "${name}"`, "SyntaxError");
    return found.startTime;
  };

  // https://w3c.github.io/user-timing/#measure-method
  const measure = (given, measureName, startOrOptions, endMark) => {
    requireArguments(given, 1, "Performance.measure");
    const name = `${measureName}`;
    const options = isObject(startOrOptions) ? startOrOptions : {};
    const { detail, duration, end, start } = options;
    const used = [detail, duration, end, start].some((value) => value !== undefined);
    if (used) {
      if (endMark !== undefined) throw new TypeError("Performance.measure: options and an end mark exclude each other");
      if (start === undefined && end === undefined) {
        throw new TypeError("Performance.measure: the options need start or end");
      }
      if (start !== undefined && end !== undefined && duration !== undefined) {
        throw new TypeError("Performance.measure: start, end and duration exclude each other");
      }
    }
    const from = used ? start : isObject(startOrOptions) || startOrOptions === null ? undefined : startOrOptions;
    let endTime;
    if (endMark !== undefined) endTime = timeOf(endMark, "end");
    else if (used && end !== undefined) endTime = timeOf(end, "end");
    else if (used && start !== undefined && duration !== undefined) {
      endTime = timeOf(start, "start") + toTime(duration, "duration");
    } else endTime = performanceNow();
    let startTime = 0;
    if (from !== undefined) startTime = timeOf(from, "start");
    else if (used && duration !== undefined && end !== undefined) {
      startTime = timeOf(end, "end") - toTime(duration, "duration");
    }
    return add(new PerformanceMeasure(secret, name, startTime, endTime, toDetail({ detail })));
  };

  // ---- PerformanceObserver: https://w3c.github.io/performance-timeline/#the-performanceobserver-interface ----

  const supported = Object.freeze(["mark", "measure"]);

  class PerformanceObserverEntryList {
    #entries;
    constructor(token, entries) {
      if (token !== secret) throw new TypeError("Illegal constructor");
      this.#entries = entries;
    }
    getEntries() { return inOrder(this.#entries); }
    getEntriesByType(type) {
      requireArguments(arguments.length, 1, "PerformanceObserverEntryList.getEntriesByType");
      const wanted = `${type}`;
      return inOrder(this.#entries.filter((entry) => entry.entryType === wanted));
    }
    getEntriesByName(name, type = undefined) {
      requireArguments(arguments.length, 1, "PerformanceObserverEntryList.getEntriesByName");
      return inOrder(this.#entries.filter(named(name, type)));
    }
  }
  Object.defineProperty(PerformanceObserverEntryList, "length", { value: 0, configurable: true });

  const named = (name, type) => {
    const wanted = `${name}`;
    const kind = type === undefined ? undefined : `${type}`;
    return (entry) => entry.name === wanted && (kind === undefined || entry.entryType === kind);
  };

  let notify;
  class PerformanceObserver {
    #callback; #types = new Set(); #mode = null; #queue = []; #waits = false;

    constructor(callback) {
      requireArguments(arguments.length, 1, "PerformanceObserver");
      if (typeof callback !== "function") throw new TypeError("PerformanceObserver: the callback is not a function");
      this.#callback = callback;
    }
    static get supportedEntryTypes() { return supported; }

    observe(options = undefined) {
      const given = toOptions(options, "PerformanceObserver.observe");
      const { buffered, entryTypes, type } = given;
      if (entryTypes === undefined && type === undefined) {
        throw new TypeError("PerformanceObserver.observe: entryTypes or type is missing");
      }
      if (entryTypes !== undefined && (type !== undefined || buffered !== undefined)) {
        throw new TypeError("PerformanceObserver.observe: entryTypes excludes the other options");
      }
      const mode = entryTypes === undefined ? "single" : "multiple";
      if (this.#mode !== null && this.#mode !== mode) {
        throw new DOMException("The observer observes in the other way already", "InvalidModificationError");
      }
      const types = (entryTypes === undefined ? [type] : sequence(entryTypes, "entryTypes"))
        .map((each) => `${each}`).filter((each) => supported.includes(each));
      if (types.length === 0) return;
      this.#mode = mode;
      if (mode === "multiple") this.#types = new Set(types);
      else this.#types.add(types[0]);
      observers.add(this);
      if (buffered) for (const entry of timeline) if (entry.entryType === types[0]) this.#take(entry);
    }
    disconnect() {
      observers.delete(this);
      this.#queue = [];
      this.#types.clear();
      this.#mode = null;
    }
    takeRecords() { return this.#queue.splice(0); }

    #take(entry) {
      this.#queue.push(entry);
      if (this.#waits) return;
      this.#waits = true;
      internals.startTimer(() => this.#tell(), 0);
    }
    #tell() {
      this.#waits = false;
      const entries = this.#queue.splice(0);
      if (entries.length === 0) return;
      try {
        Reflect.apply(this.#callback, this, [new PerformanceObserverEntryList(secret, entries), this]);
      } catch (error) {
        internals.report(error);
      }
    }
    static {
      notify = (observer, entry) => {
        if (observer.#types.has(entry.entryType)) observer.#take(entry);
      };
    }
  }
  Object.defineProperty(PerformanceObserver.prototype.observe, "length", { value: 0, configurable: true });

  for (const made of [PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver,
    PerformanceObserverEntryList]) {
    defineInterface(made, { global: false });
  }

  return {
    PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver, PerformanceObserverEntryList,
    measure,
    mark(given, name, options) {
      requireArguments(given, 1, "Performance.mark");
      return add(new PerformanceMark(name, options));
    },
    clear(type, name) {
      const wanted = name === undefined ? undefined : `${name}`;
      timeline = timeline.filter((entry) => entry.entryType !== type || wanted !== undefined && entry.name !== wanted);
    },
    entries: () => inOrder(timeline),
    byType(given, type) {
      requireArguments(given, 1, "Performance.getEntriesByType");
      const wanted = `${type}`;
      return inOrder(timeline.filter((entry) => entry.entryType === wanted));
    },
    byName(given, name, type) {
      requireArguments(given, 1, "Performance.getEntriesByName");
      return inOrder(timeline.filter(named(name, type)));
    },
  };
})
