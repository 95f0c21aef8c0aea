// https://urlpattern.spec.whatwg.org/#urlpattern-class; the core is native (pattern.cc).
(function (internals) {
  "use strict";

  const { defineInterface, toUSVString, makePattern, patternText, patternHasGroups, matchPattern } = internals;
  const { isObject } = internals.use("webidl");
  const names = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash", "baseURL"];
  const inOrder = [...names].sort();

  // The engine refuses a hyphen outside of a class under the flag "v", where it is a plain character:
  // https://tc39.es/ecma262/#prod-PatternCharacter
  const writeHyphens = (source) => {
    let result = "", depth = 0;
    for (let at = 0; at < source.length; at++) {
      const unit = source[at];
      if (unit === "\\") {
        result += unit + (source[++at] ?? "");
        continue;
      }
      if (unit === "[") depth++;
      else if (unit === "]") depth = Math.max(depth - 1, 0);
      result += unit === "-" && depth === 0 ? "\\x2d" : unit;
    }
    return result;
  };

  const { exec } = RegExp.prototype;
  internals.makeRegExp = (source, flags) => new RegExp(source.includes("-") ? writeHyphens(source) : source, flags);
  internals.matchRegExp = (regexp, input) => {
    const found = Reflect.apply(exec, regexp, [input]);
    return found === null ? null : found.slice(1);
  };

  // (USVString or URLPatternInit) as makePattern() wants it, and as a result shows it.
  const toInput = (value) => {
    if (value === undefined || value === null) return { given: [], shown: {} };
    if (!isObject(value)) {
      const text = toUSVString(value);
      return { given: text, shown: text };
    }
    const given = [], shown = {};
    for (const name of inOrder) {
      const member = value[name];
      if (member !== undefined) given[names.indexOf(name)] = shown[name] = toUSVString(member);
    }
    return { given, shown };
  };

  const toOptions = (value) => {
    if (value === undefined || value === null) return false;
    if (!isObject(value)) throw new TypeError("URLPattern: the options must be an object");
    return !!value.ignoreCase;
  };

  class URLPattern {
    #core;
    constructor(input = {}, baseURL = undefined, options = undefined) {
      const hasBase = typeof baseURL === "string" || arguments.length > 2 ||
        baseURL !== undefined && baseURL !== null && !isObject(baseURL);
      const base = hasBase ? toUSVString(baseURL) : undefined;
      const { given } = toInput(input);
      this.#core = makePattern(given, base, toOptions(hasBase ? options : baseURL));
    }
    #exec(input, baseURL, given) {
      const { given: from, shown } = toInput(input);
      const base = baseURL === undefined ? undefined : toUSVString(baseURL);
      if (base !== undefined && typeof from !== "string") {
        throw new TypeError(`URLPattern.${given}: a base URL goes with a string only`);
      }
      const found = matchPattern(this.#core, from, base);
      return found === null ? null : { inputs: base === undefined ? [shown] : [shown, base], ...found };
    }
    test(input = {}, baseURL = undefined) { return this.#exec(input, baseURL, "test") !== null; }
    exec(input = {}, baseURL = undefined) { return this.#exec(input, baseURL, "exec"); }
    get hasRegExpGroups() { return patternHasGroups(this.#core); }
    get protocol() { return patternText(this.#core, 0); }
    get username() { return patternText(this.#core, 1); }
    get password() { return patternText(this.#core, 2); }
    get hostname() { return patternText(this.#core, 3); }
    get port() { return patternText(this.#core, 4); }
    get pathname() { return patternText(this.#core, 5); }
    get search() { return patternText(this.#core, 6); }
    get hash() { return patternText(this.#core, 7); }
    static { internals.brands.push((value) => #core in value); }
  }
  defineInterface(URLPattern, { global: false });
  return { URLPattern };
})
