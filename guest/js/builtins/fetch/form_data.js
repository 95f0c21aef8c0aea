// FormData, and multipart/form-data both ways. https://xhr.spec.whatwg.org/#interface-formdata
(function (internals) {
  "use strict";

  const { defineInterface, requireArguments, toUSVString } = internals;
  const { Blob, File, isBlob, isFile, bytesOf, makeBlob } = internals.use("blob");

  // https://xhr.spec.whatwg.org/#create-an-entry
  const toValue = (value, fileName, given, what) => {
    if (!isBlob(value)) {
      if (given) throw new TypeError(`${what}: a file name goes with a Blob only`);
      return toUSVString(value);
    }
    if (isFile(value) && !given) return value;
    const name = given ? toUSVString(fileName) : "blob";
    const options = { type: value.type };
    if (isFile(value)) options.lastModified = value.lastModified;
    return new File([value], name, options);
  };

  let entriesOf;
  class FormData {
    #entries = [];

    constructor(form = undefined) {
      if (form !== undefined) throw new TypeError("FormData: there are no forms here");
    }

    append(name, value, filename = undefined) {
      requireArguments(arguments.length, 2, "FormData.append");
      this.#entries.push([toUSVString(name), toValue(value, filename, arguments.length > 2, "FormData.append")]);
    }
    delete(name) {
      requireArguments(arguments.length, 1, "FormData.delete");
      const wanted = toUSVString(name);
      this.#entries = this.#entries.filter(([each]) => each !== wanted);
    }
    get(name) {
      requireArguments(arguments.length, 1, "FormData.get");
      const wanted = toUSVString(name);
      return this.#entries.find(([each]) => each === wanted)?.[1] ?? null;
    }
    getAll(name) {
      requireArguments(arguments.length, 1, "FormData.getAll");
      const wanted = toUSVString(name);
      return this.#entries.filter(([each]) => each === wanted).map(([, value]) => value);
    }
    has(name) {
      requireArguments(arguments.length, 1, "FormData.has");
      const wanted = toUSVString(name);
      return this.#entries.some(([each]) => each === wanted);
    }
    set(name, value, filename = undefined) {
      requireArguments(arguments.length, 2, "FormData.set");
      const wanted = toUSVString(name);
      const entry = [wanted, toValue(value, filename, arguments.length > 2, "FormData.set")];
      const at = this.#entries.findIndex(([each]) => each === wanted);
      if (at < 0) {
        this.#entries.push(entry);
        return;
      }
      this.#entries[at] = entry;
      this.#entries = this.#entries.filter(([each], i) => i <= at || each !== wanted);
    }
    // https://webidl.spec.whatwg.org/#js-iterable: what is added meanwhile is seen too.
    *#iterate(pick) {
      for (let i = 0; i < this.#entries.length; i++) yield pick(this.#entries[i]);
    }
    entries() { return this.#iterate(([name, value]) => [name, value]); }
    keys() { return this.#iterate(([name]) => name); }
    values() { return this.#iterate(([, value]) => value); }
    forEach(callback, thisArgument = undefined) {
      requireArguments(arguments.length, 1, "FormData.forEach");
      if (typeof callback !== "function") throw new TypeError("FormData.forEach: the callback is not a function");
      for (let i = 0; i < this.#entries.length; i++) {
        const [name, value] = this.#entries[i];
        Reflect.apply(callback, thisArgument, [value, name, this]);
      }
    }
    static {
      entriesOf = (value) =>
        (typeof value === "object" && value !== null && #entries in value ? value.#entries : undefined);
    }
  }
  Object.defineProperty(FormData.prototype, Symbol.iterator,
    { value: FormData.prototype.entries, writable: true, configurable: true });
  internals.brands.push((value) => entriesOf(value) !== undefined);

  // ---- out: https://html.spec.whatwg.org/#multipart-form-data ----

  const newLines = (text) => text.replace(/\r\n?|\n/g, "\r\n");
  const escapeName = (text) => text.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22");

  const serialize = (entries) => {
    const random = new Uint8Array(16);
    internals.fillRandom(random);
    const boundary = `----WwsFormBoundary${[...random].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    const parts = [];
    for (const [name, value] of entries) {
      const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(newLines(name))}"`;
      if (typeof value === "string") {
        parts.push(`${head}\r\n\r\n${newLines(value)}\r\n`);
      } else {
        const type = value.type || "application/octet-stream";
        parts.push(`${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value, "\r\n");
      }
    }
    parts.push(`--${boundary}--\r\n`);
    return [bytesOf(new Blob(parts)), `multipart/form-data; boundary=${boundary}`];
  };
  internals.formBody = (value) => {
    const entries = entriesOf(value);
    return entries === undefined ? undefined : serialize(entries);
  };

  // ---- in: https://andreubotella.github.io/multipart-form-data/#multipart-form-data-parser ----

  const find = (bytes, pattern, from) => {
    const last = bytes.length - pattern.length;
    for (let at = bytes.indexOf(pattern[0], from); at >= 0 && at <= last; at = bytes.indexOf(pattern[0], at + 1)) {
      let i = 1;
      while (i < pattern.length && bytes[at + i] === pattern[i]) i++;
      if (i === pattern.length) return at;
    }
    return -1;
  };
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const startsWith = (bytes, pattern, at) => pattern.every((byte, i) => bytes[at + i] === byte);
  const broken = () => { throw new TypeError("The body is no well-formed multipart/form-data"); };
  const decodeName = (text) => text.replace(/%0A/gi, "\n").replace(/%0D/gi, "\r").replace(/%22/g, '"');

  const readHead = (text) => {
    const head = { name: null, filename: null, type: "text/plain" };
    for (const line of text.split("\r\n")) {
      const colon = line.indexOf(":");
      if (colon < 1) broken();
      const field = line.slice(0, colon).toLowerCase().trim();
      const value = line.slice(colon + 1).trim();
      if (field === "content-type") head.type = value;
      if (field !== "content-disposition") continue;
      if (!/^form-data\s*;/i.test(value)) broken();
      head.name = /;\s*name="([^"]*)"/i.exec(value)?.[1] ?? /;\s*name=([^;\s"]+)/i.exec(value)?.[1] ?? null;
      head.filename = /;\s*filename="([^"]*)"/i.exec(value)?.[1] ?? /;\s*filename=([^;\s"]+)/i.exec(value)?.[1] ?? null;
    }
    if (head.name === null) broken();
    return head;
  };

  const parseMultipart = (bytes, boundary) => {
    const form = new FormData();
    const line = encoder.encode(`--${boundary}`);
    const end = encoder.encode(`\r\n--${boundary}`);
    let at = 0;
    if (!startsWith(bytes, line, at)) at = find(bytes, end, 0) + 2;
    if (at < 2 && !startsWith(bytes, line, 0)) broken();
    at += line.length;
    for (;;) {
      if (bytes[at] === 45 && bytes[at + 1] === 45) return form;
      if (bytes[at] !== 13 || bytes[at + 1] !== 10) broken();
      at += 2;
      const body = find(bytes, [13, 10, 13, 10], at);
      if (body < 0) broken();
      const head = readHead(decoder.decode(bytes.subarray(at, body)));
      const next = find(bytes, end, body + 2);
      if (next < 0) broken();
      const content = bytes.slice(Math.min(body + 4, next), next);
      const name = decodeName(head.name);
      if (head.filename === null) {
        form.append(name, decoder.decode(content));
      } else {
        form.append(name, new File([content], decodeName(head.filename), { type: head.type }));
      }
      at = next + end.length;
    }
  };

  // https://fetch.spec.whatwg.org/#dom-body-formdata
  const parse = (bytes, type) => {
    const [essence, ...parameters] = (type ?? "").split(";");
    switch (essence.trim().toLowerCase()) {
      case "multipart/form-data": {
        const boundary = parameters.map((each) => /^\s*boundary=(?:"([^"]*)"|(.*?))\s*$/i.exec(each)).find(Boolean);
        if (boundary === undefined) throw new TypeError("The body's content type names no boundary");
        return parseMultipart(bytes, boundary[1] ?? boundary[2]);
      }
      case "application/x-www-form-urlencoded": {
        const form = new FormData();
        for (const [name, value] of new URLSearchParams(decoder.decode(bytes))) form.append(name, value);
        return form;
      }
      default:
        throw new TypeError(`A body of the type "${type ?? ""}" is no form: it must be multipart/form-data or ` +
          "application/x-www-form-urlencoded");
    }
  };

  defineInterface(FormData, { global: false });
  return { FormData, parse, makeBlob };
})
