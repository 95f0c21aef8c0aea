// Blob and File. https://w3c.github.io/FileAPI/#blob-section
//
// A blob's bytes are one array that is never written; slices share it.
(function (internals) {
  "use strict";

  const { defineInterface, requireArguments, toUSVString, makeByteStream } = internals;
  const { requireObject, sequence, isObject, clampLongLong } = internals.use("webidl");
  const chunkSize = 65536;

  // Printable ASCII only, lower-case. https://w3c.github.io/FileAPI/#dfn-type
  const normalizeType = (type) => (/[^\x20-\x7e]/.test(type) ? "" : type.toLowerCase());

  const toNative = (text) => text.replace(/\r\n?/g, "\n");

  const collect = (parts, endings) => {
    const pieces = [];
    let size = 0;
    const encoder = new TextEncoder();
    for (const part of parts) {
      let bytes;
      if (internals.isBuffer(part)) bytes = internals.copyBytes(part);
      else if (isBlob(part)) bytes = bytesOf(part);
      else {
        const text = toUSVString(part);
        bytes = encoder.encode(endings === "native" ? toNative(text) : text);
      }
      pieces.push(bytes);
      size += bytes.length;
    }
    if (pieces.length === 1) return pieces[0];
    const all = new Uint8Array(size);
    let at = 0;
    for (const bytes of pieces) {
      all.set(bytes, at);
      at += bytes.length;
    }
    return all;
  };

  const readOptions = (options, what) => {
    const given = requireObject(options, `${what}: the options`);
    const endings = given.endings === undefined ? "transparent" : `${given.endings}`;
    if (endings !== "transparent" && endings !== "native") {
      throw new TypeError(`${what}: endings must be "transparent" or "native"`);
    }
    return { endings, type: given.type === undefined ? "" : normalizeType(`${given.type}`) };
  };

  // Parts are converted when the sequence is read: https://webidl.spec.whatwg.org/#js-sequence
  const toParts = (parts, what) => {
    if (!isObject(parts)) throw new TypeError(`${what}: the parts must be a sequence`);
    return sequence(parts, `${what}: the parts`,
      (part) => (internals.isBuffer(part) || isBlob(part) ? part : toUSVString(part)));
  };

  let isBlob, bytesOf, wrap;
  const empty = new Uint8Array(0);

  class Blob {
    #bytes = empty;
    #type = "";

    constructor(blobParts = undefined, options = undefined) {
      if (blobParts === undefined && options === undefined) return;
      const parts = blobParts === undefined ? [] : toParts(blobParts, "Blob");
      const { endings, type } = readOptions(options, "Blob");
      this.#bytes = collect(parts, endings);
      this.#type = type;
    }

    get size() { return this.#bytes.length; }
    get type() { return this.#type; }

    // https://w3c.github.io/FileAPI/#slice-blob
    slice(start = undefined, end = undefined, contentType = undefined) {
      const size = this.#bytes.length;
      const place = (value, otherwise) => {
        if (value === undefined) return otherwise;
        const at = clampLongLong(value);
        return at < 0 ? Math.max(size + at, 0) : Math.min(at, size);
      };
      const from = place(start, 0);
      const to = Math.max(place(end, size), from);
      const type = contentType === undefined ? "" : normalizeType(`${contentType}`);
      return wrap(new Blob(), this.#bytes.subarray(from, to), type);
    }

    stream() {
      const bytes = this.#bytes;
      let at = 0;
      const { stream, enqueue, close } = makeByteStream({
        pull() {
          if (at === bytes.length) {
            close();
            return;
          }
          enqueue(bytes.slice(at, at += Math.min(chunkSize, bytes.length - at)));
        },
      });
      return stream;
    }

    async text() { return new TextDecoder("utf-8").decode(this.#bytes); }
    async arrayBuffer() { return this.#bytes.slice().buffer; }
    async bytes() { return this.#bytes.slice(); }

    static {
      isBlob = (value) => typeof value === "object" && value !== null && #bytes in value;
      bytesOf = (blob) => blob.#bytes;
      wrap = (blob, bytes, type) => {
        blob.#bytes = bytes;
        blob.#type = type;
        return blob;
      };
    }
  }
  Object.defineProperty(Blob, "length", { value: 0, configurable: true });

  const toInteger = (value) => {
    const number = Math.trunc(Number(value));
    return Number.isFinite(number) ? number + 0 : 0;
  };

  let isFile;
  class File extends Blob {
    #name; #lastModified;
    constructor(fileBits, fileName, options = undefined) {
      requireArguments(arguments.length, 2, "File");
      const parts = toParts(fileBits, "File");
      const name = toUSVString(fileName);
      const given = requireObject(options, "File: the options");
      const { endings, type } = readOptions(given, "File");
      const modified = given.lastModified;
      super();
      wrap(this, collect(parts, endings), type);
      this.#name = name;
      this.#lastModified = modified === undefined ? Date.now() : toInteger(modified);
    }
    get name() { return this.#name; }
    get lastModified() { return this.#lastModified; }
    static { isFile = (value) => typeof value === "object" && value !== null && #name in value; }
  }

  const copy = (value) => {
    if (!isFile(value)) return wrap(new Blob(), bytesOf(value), value.type);
    return wrap(new File([], value.name, { lastModified: value.lastModified }), bytesOf(value), value.type);
  };
  internals.serializable.push({ is: isBlob, clone: copy });
  internals.brands.push(isBlob);
  // What fetch() asks of a body that is an object: its bytes and its type.
  internals.blobBody = (value) => (isBlob(value) ? [bytesOf(value), value.type] : undefined);

  defineInterface(Blob, { global: false });
  defineInterface(File, { global: false });
  return { Blob, File, isBlob, isFile, bytesOf, makeBlob: (bytes, type) => wrap(new Blob(), bytes, normalizeType(type)) };
})
