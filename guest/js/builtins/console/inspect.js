// Values as text, much as Node's util.inspect writes them. Nothing here runs code of a worker, but
// for getters of the error's own name and message, and [nodejs.util.inspect.custom]; what throws is
// shown as text. The size of the output is bounded.
(function (internals) {
  "use strict";

  const { kind, kinds, className, promiseState, promiseResult, proxyTarget } = internals;
  const { apply, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
  const uncurry = (method) => (self, ...rest) => apply(method, self, rest);
  const getter = (prototype, name) => uncurry(getOwnPropertyDescriptor(prototype, name).get);

  const mapForEach = uncurry(Map.prototype.forEach);
  const mapSize = getter(Map.prototype, "size");
  const setForEach = uncurry(Set.prototype.forEach);
  const setSize = getter(Set.prototype, "size");
  const dateTime = uncurry(Date.prototype.getTime);
  const dateIso = uncurry(Date.prototype.toISOString);
  const regexpText = uncurry(RegExp.prototype.toString);
  const functionText = uncurry(Function.prototype.toString);
  const symbolText = uncurry(Symbol.prototype.toString);
  const typedLength = getter(getPrototypeOf(Uint8Array).prototype, "length");
  const Bytes = Uint8Array;
  const custom = Symbol.for("nodejs.util.inspect.custom");
  const primitives = { Boolean, Number, String, Symbol, BigInt };

  const kMaxOutput = 128 * 1024;
  const kMaxItems = 100;
  const kMaxString = 10000;
  const kWidth = 80;

  const escapes = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\" };
  const lone = "[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]";
  const needsEscape = new RegExp(`[\\x00-\\x1f\\x7f-\\x9f\\\\]|${lone}`, "g");
  const escapeOne = (c) => {
    const code = c.charCodeAt(0);
    return escapes[c] ?? (code < 0x100 ? `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`
      : `\\u${code.toString(16).toUpperCase()}`);
  };
  const quote = (text) => {
    let mark = "'";
    if (text.includes("'")) {
      if (!text.includes('"')) mark = '"';
      else if (!text.includes("`") && !text.includes("${")) mark = "`";
    }
    let body = text.replace(needsEscape, escapeOne);
    if (mark === "'") body = body.replaceAll("'", "\\'");
    return mark + body + mark;
  };

  const shown = (text) => text.length > kMaxString
    ? `${quote(text.slice(0, kMaxString))}... ${text.length - kMaxString} more characters` : quote(text);

  const primitive = (value) => {
    switch (typeof value) {
      case "string": return shown(value);
      case "bigint": return `${value}n`;
      case "symbol": return symbolText(value);
      case "number": return Object.is(value, -0) ? "-0" : `${value}`;
      default: return `${value}`;
    }
  };

  const dataOf = (object, key) => {
    const descriptor = getOwnPropertyDescriptor(object, key);
    return descriptor !== undefined && "value" in descriptor ? descriptor.value : undefined;
  };

  // The name of the nearest constructor, null for an object without one.
  const constructorName = (object) => {
    for (let at = object, steps = 0; at !== null && steps < 100; at = getPrototypeOf(at), steps++) {
      if (kind(at) === kinds.PROXY) return "Object";
      const constructor = dataOf(at, "constructor");
      if (typeof constructor === "function") {
        const name = dataOf(constructor, "name");
        if (typeof name === "string" && name !== "") return name;
      }
    }
    return null;
  };

  const tagOf = (object) => {
    for (let at = object, steps = 0; at !== null && steps < 100; at = getPrototypeOf(at), steps++) {
      if (kind(at) === kinds.PROXY) return "";
      const tag = dataOf(at, Symbol.toStringTag);
      if (typeof tag === "string") return tag;
    }
    return "";
  };

  const prefix = (object, fallback, size) => {
    const name = constructorName(object);
    const tag = tagOf(object);
    let text = name === null ? `[${fallback}${size ?? ""}: null prototype] ` : `${name}${size ?? ""} `;
    if (tag !== "" && tag !== name) text += `[${tag}] `;
    return text;
  };

  const identifier = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
  const keyText = (key) => typeof key === "symbol" ? `[${symbolText(key)}]`
    : identifier.test(key) ? key : quote(key);

  const isIndex = (key) => typeof key === "string" && /^(0|[1-9][0-9]{0,9})$/.test(key) && +key < 4294967295;

  const property = (context, object, key, level) => {
    const descriptor = getOwnPropertyDescriptor(object, key);
    if (descriptor === undefined) return `${keyText(key)}: undefined`;
    if ("value" in descriptor) {
      context.indent += 2;
      const text = format(context, descriptor.value, level);
      context.indent -= 2;
      return `${keyText(key)}: ${text}`;
    }
    const { get, set } = descriptor;
    const what = get === undefined ? "Setter" : set === undefined ? "Getter" : "Getter/Setter";
    return `${keyText(key)}: [${what}]`;
  };

  const properties = (context, object, level, output, skip = () => false) => {
    let left = 0;
    for (const key of ownKeys(object)) {
      if (skip(key)) continue;
      const descriptor = getOwnPropertyDescriptor(object, key);
      if (descriptor === undefined || !descriptor.enumerable) continue;
      if (context.size > kMaxOutput) left++;
      else output.push(property(context, object, key, level));
    }
    if (left !== 0) output.push(`... ${left} more propert${left === 1 ? "y" : "ies"}`);
  };

  const more = (left) => `... ${left} more item${left === 1 ? "" : "s"}`;

  const items = (context, count, level, output, write) => {
    context.indent += 2;
    let done = 0;
    for (; done < count && done < kMaxItems && context.size <= kMaxOutput; done++) output.push(write(done));
    context.indent -= 2;
    if (done < count) output.push(more(count - done));
  };

  const arrayItems = (context, array, level, output) => {
    const length = dataOf(array, "length");
    let index = 0, written = 0;
    context.indent += 2;
    while (index < length && written < kMaxItems && context.size <= kMaxOutput) {
      if (getOwnPropertyDescriptor(array, index) !== undefined) {
        const value = dataOf(array, index);
        output.push(value === undefined && !("value" in getOwnPropertyDescriptor(array, index))
          ? "[Getter]" : format(context, value, level));
        index++;
      } else {
        const start = index;
        while (index < length && index - start < 1e5 &&
               getOwnPropertyDescriptor(array, index) === undefined) {
          index++;
        }
        if (index - start === 1e5) index = length; // sparse: what follows is not looked for
        output.push(`<${index - start} empty item${index - start === 1 ? "" : "s"}>`);
      }
      written++;
    }
    context.indent -= 2;
    if (index < length) output.push(more(length - index));
  };

  const functionBase = (value) => {
    const name = dataOf(value, "name");
    const label = typeof name === "string" && name !== "" ? name : undefined;
    const text = functionText(value);
    if (/^class\b/.test(text)) {
      const parent = getPrototypeOf(value);
      const parentName = typeof parent === "function" ? dataOf(parent, "name") : undefined;
      return `[class ${label ?? "(anonymous)"}${parentName ? ` extends ${parentName}` : ""}]`;
    }
    const kindName = tagOf(value) || "Function";
    return label === undefined ? `[${kindName} (anonymous)]` : `[${kindName}: ${label}]`;
  };

  const indentLines = (text, indent) =>
    indent === 0 ? text : text.replaceAll("\n", `\n${" ".repeat(indent)}`);

  // Frames of QuickJS's functions and of our builtins say nothing about the worker.
  const frameOfOurs = /^    at .* \((?:native|wws:.*)\)$/;
  internals.frames = (stack) =>
    stack.split("\n").filter((line) => !frameOfOurs.test(line)).join("\n").trimEnd();

  // QuickJS's stacks have no first line with name and message.
  internals.errorText = (error) => {
    let name, message, stack;
    try {
      name = error.name;
      message = error.message;
      stack = error.stack;
    } catch {
      return "[error whose name, message or stack throws]";
    }
    name = typeof name === "string" ? name : "Error";
    const own = constructorName(error);
    if (own !== null && name === "Error" && own !== "Error") name = own;
    message = typeof message === "string" ? message : "";
    const head = message === "" ? name : `${name}: ${message}`;
    const lines = typeof stack === "string" ? internals.frames(stack) : "";
    if (lines === "") return `[${head}]`;
    return lines.startsWith(head) ? lines : `${head}\n${lines}`;
  };

  const errorBase = (context, error, level, output) => {
    for (const key of ["cause", "errors"]) {
      const descriptor = getOwnPropertyDescriptor(error, key);
      if (descriptor !== undefined && !descriptor.enumerable && "value" in descriptor) {
        context.indent += 2;
        output.push(`[${key}]: ${format(context, descriptor.value, level)}`);
        context.indent -= 2;
      }
    }
    properties(context, error, level, output, (key) =>
      key === "stack" || key === "message" || key === "name");
    return indentLines(internals.errorText(error), context.indent);
  };

  // Objects of the platform keep their state inside: what their attributes say is shown.
  const platformItems = (context, object, level, output) => {
    context.indent += 2;
    platformState(context, object, level, output);
    context.indent -= 2;
  };

  const platformState = (context, object, level, output) => {
    const iterate = typeof object.forEach === "function" && className(object) !== "Array";
    if (iterate) {
      let left = 0;
      object.forEach((value, key) => {
        if (output.length >= kMaxItems) left++;
        else output.push(`${format(context, key, level)} => ${format(context, value, level)}`);
      });
      if (left !== 0) output.push(more(left));
      return;
    }
    for (const key of ownKeys(getPrototypeOf(object) ?? {})) {
      if (typeof key === "symbol" || key === "body" || key === "signal") continue;
      const descriptor = getOwnPropertyDescriptor(getPrototypeOf(object), key);
      if (descriptor?.get === undefined || !descriptor.enumerable) continue;
      try {
        const value = apply(descriptor.get, object, []);
        const hidden = typeof value === "object" && level > 1;
        output.push(`${key}: ${hidden ? "[Object]" : format(context, value, level)}`);
      } catch {
        // An attribute that is not to be had now is left out.
      }
    }
  };

  const promiseItem = (context, promise, level) => {
    const state = promiseState(promise);
    if (state === 0) return "<pending>";
    context.indent += 2;
    const text = format(context, promiseResult(promise), level);
    context.indent -= 2;
    return state === 2 ? `<rejected> ${text}` : text;
  };

  const bufferItems = (buffer, output) => {
    if (className(buffer) === "ArrayBuffer" && buffer.detached) {
      output.push("(detached)");
      return;
    }
    const bytes = new Bytes(buffer);
    const size = typedLength(bytes);
    let hex = "";
    for (let i = 0; i < size && i < 50; i++) hex += (i ? " " : "") + bytes[i].toString(16).padStart(2, "0");
    if (size > 50) hex += ` ... ${size - 50} more byte${size === 51 ? "" : "s"}`;
    output.push(`[Uint8Contents]: <${hex}>`);
    output.push(`byteLength: ${size}`);
  };

  // base, braces and entries of an object
  const describe = (context, value, level) => {
    const output = [];
    let open = "{", close = "}", base = "", list = false;
    switch (kind(value)) {
      case kinds.ARRAY: {
        const name = prefix(value, "Array", `(${dataOf(value, "length")})`);
        open = constructorName(value) === "Array" && tagOf(value) === "" ? "[" : `${name}[`;
        close = "]";
        list = true;
        arrayItems(context, value, level, output);
        properties(context, value, level, output, isIndex);
        break;
      }
      case kinds.TYPED_ARRAY: {
        const size = typedLength(value);
        open = `${constructorName(value) ?? className(value)}(${size}) [`;
        close = "]";
        list = true;
        items(context, size, level, output, (i) => primitive(value[i]));
        properties(context, value, level, output, isIndex);
        break;
      }
      case kinds.MAP: {
        open = `${prefix(value, "Map", `(${mapSize(value)})`)}{`;
        const entries = [];
        mapForEach(value, (item, key) => { if (entries.length <= 2 * kMaxItems) entries.push(key, item); });
        items(context, mapSize(value), level, output, (i) =>
          `${format(context, entries[2 * i], level)} => ${format(context, entries[2 * i + 1], level)}`);
        properties(context, value, level, output);
        break;
      }
      case kinds.SET: {
        open = `${prefix(value, "Set", `(${setSize(value)})`)}{`;
        const entries = [];
        setForEach(value, (item) => { if (entries.length <= kMaxItems) entries.push(item); });
        items(context, setSize(value), level, output, (i) => format(context, entries[i], level));
        properties(context, value, level, output);
        break;
      }
      case kinds.DATE:
        base = Number.isNaN(dateTime(value)) ? "Invalid Date" : dateIso(value);
        properties(context, value, level, output);
        break;
      case kinds.REGEXP:
        base = regexpText(value);
        properties(context, value, level, output);
        break;
      case kinds.ERROR:
        base = errorBase(context, value, level, output);
        break;
      case kinds.FUNCTION:
        base = functionBase(value);
        properties(context, value, level, output);
        break;
      case kinds.PRIMITIVE_OBJECT: {
        const name = className(value);
        const inner = apply(primitives[name].prototype.valueOf, value, []);
        base = `[${name}: ${primitive(inner)}]`;
        properties(context, value, level, output, name === "String" ? isIndex : undefined);
        break;
      }
      case kinds.ARRAY_BUFFER:
        open = `${prefix(value, "ArrayBuffer")}{`;
        bufferItems(value, output);
        properties(context, value, level, output);
        break;
      case kinds.PROMISE:
        open = `${prefix(value, "Promise")}{`;
        output.push(promiseItem(context, value, level));
        properties(context, value, level, output);
        break;
      case kinds.WEAK:
        open = `${prefix(value, "WeakMap")}{`;
        output.push("<items unknown>");
        break;
      case kinds.PLATFORM:
        open = `${prefix(value, "Object")}{`;
        platformItems(context, value, level, output);
        properties(context, value, level, output);
        break;
      default: {
        const name = constructorName(value);
        open = name === "Object" && tagOf(value) === "" ? "{" : `${prefix(value, "Object")}{`;
        if (name !== "Object" && name !== null && internals.brands.some((is) => is(value))) {
          platformItems(context, value, level, output);
        }
        properties(context, value, level, output);
      }
    }
    return { open, close, base, list, output };
  };

  // Many short entries of a list fill lines together.
  const fill = (output) => {
    if (output.length <= 6 || output.some((text) => text.length > 16 || text.includes("\n"))) return output;
    const lines = [];
    let line = "";
    for (const text of output) {
      if (line !== "" && line.length + text.length + 2 > 74) {
        lines.push(line);
        line = "";
      }
      line += line === "" ? text : `, ${text}`;
    }
    lines.push(line);
    return lines;
  };

  const join = (context, { open, close, base, list, output }, level) => {
    if (output.length === 0) return base !== "" ? base : `${open}${close}`;
    const before = base === "" ? "" : `${base} `;
    if (base !== "") open = "{";
    if (context.depthReached - level < 3 && !base.includes("\n")) {
      let length = output.length * 2 + context.indent + open.length + base.length + 10;
      for (const text of output) length += text.includes("\n") ? kWidth + 1 : text.length;
      if (length <= kWidth) return `${before}${open} ${output.join(", ")} ${close}`;
    }
    const line = `\n${" ".repeat(context.indent)}`;
    const parts = list ? fill(output) : output;
    return `${before}${open}${line}  ${parts.join(`,${line}  `)}${line}${close}`;
  };

  const unproxy = (value) => {
    const isObject = (what) => (typeof what === "object" && what !== null) || typeof what === "function";
    for (let steps = 0; steps < 100 && isObject(value) && kind(value) === kinds.PROXY; steps++) {
      value = proxyTarget(value);
    }
    return value;
  };

  const formatObject = (context, value, level) => {
    const seen = context.seen.indexOf(value);
    if (seen >= 0) {
      let number = context.circular.get(value);
      if (number === undefined) context.circular.set(value, number = context.circular.size + 1);
      return `[Circular *${number}]`;
    }
    if (level > context.depth) {
      const what = kind(value);
      if (what === kinds.ARRAY) return "[Array]";
      if (what !== kinds.FUNCTION && what !== kinds.DATE && what !== kinds.REGEXP && what !== kinds.ERROR &&
          what !== kinds.PRIMITIVE_OBJECT) {
        return `[${constructorName(value) ?? "Object: null prototype"}]`;
      }
      if (what === kinds.ERROR && level > context.depth + 2) return "[Error]";
    }
    context.seen.push(value);
    context.depthReached = level;
    let text = join(context, describe(context, value, level + 1), level);
    context.seen.pop();
    const number = context.circular.get(value);
    if (number !== undefined) text = `<ref *${number}> ${text}`;
    return text;
  };

  const customText = (context, value, level) => {
    const method = value[custom];
    if (typeof method !== "function") return undefined;
    const result = apply(method, value, [context.depth - level, {}, internals.inspect]);
    if (result === value) return undefined;
    return typeof result === "string" ? indentLines(result, context.indent)
      : format(context, result, level);
  };

  const format = (context, value, level) => {
    if (context.size > kMaxOutput) return "...";
    let text;
    try {
      value = unproxy(value);
    } catch {
      return "<Revoked Proxy>";
    }
    if (value === null || (typeof value !== "object" && typeof value !== "function")) {
      text = primitive(value);
    } else if (kind(value) === kinds.PROXY) {
      text = "[Proxy]";
    } else {
      try {
        if (level <= 20) text = customText(context, value, level);
        text ??= formatObject(context, value, level);
      } catch (error) {
        text = `[${className(value)}: cannot be shown]`;
      }
    }
    context.size += text.length;
    return text;
  };

  internals.inspect = (value, depth = 2) => format(
    { depth, indent: 0, seen: [], circular: new Map(), size: 0, depthReached: 0 }, value, 0);

  const hasOwnText = (value) => {
    // A toString that a class of the worker brings is meant to be used.
    for (let at = value, steps = 0; at !== null && steps < 100; at = getPrototypeOf(at), steps++) {
      if (kind(at) === kinds.PROXY) return false;
      if (getOwnPropertyDescriptor(at, "toString") !== undefined) {
        const owner = dataOf(at, "constructor");
        return !(typeof owner === "function" && functionText(owner).includes("[native code]"));
      }
    }
    return false;
  };

  const numberText = (value) => typeof value === "bigint" ? `${value}n`
    : typeof value === "symbol" ? "NaN" : typeof value === "object" ? "NaN" : primitive(Number(value));

  const specifier = (code, value) => {
    switch (code) {
      case "s":
        if (typeof value === "string") return value;
        if (value === null || (typeof value !== "object" && typeof value !== "function")) {
          return primitive(value);
        }
        if (kind(value) === kinds.ERROR || !hasOwnText(value)) return internals.inspect(value, 0);
        return `${value}`;
      case "d": return numberText(value);
      case "i":
        if (typeof value === "bigint") return `${value}n`;
        return typeof value === "symbol" || typeof value === "object" ? "NaN" : `${parseInt(value, 10)}`;
      case "f": return typeof value === "symbol" ? "NaN" : primitive(parseFloat(value));
      case "j":
        try {
          return `${JSON.stringify(value)}`;
        } catch {
          return "[Circular]";
        }
      case "o": return internals.inspect(value, 4);
      case "O": return internals.inspect(value, 2);
      default: return "";
    }
  };

  // https://console.spec.whatwg.org/#formatter
  internals.format = (values) => {
    let text = "";
    let next = 0;
    if (typeof values[0] === "string") {
      next = 1;
      text = values.length === 1 ? values[0] : values[0].replace(/%[sdifjoOc%]/g, (match) => {
        if (match === "%%") return "%";
        if (next >= values.length) return match;
        const value = values[next++];
        return specifier(match[1], value);
      });
    }
    for (; next < values.length; next++) {
      const value = values[next];
      if (next > 0) text += " ";
      text += typeof value === "string" ? value : internals.inspect(value);
      if (text.length > 2 * kMaxOutput) return `${text.slice(0, 2 * kMaxOutput)}...`;
    }
    return text;
  };
})
