// FileReader, FileReaderSync and FileList; ProgressEvent, which they fire.
// https://w3c.github.io/FileAPI/#reading-data-section https://xhr.spec.whatwg.org/#interface-progressevent
//
// A blob's bytes are all there, so that a read is one chunk.
(function (internals) {
  "use strict";

  const { EventTarget, defineInterface, defineEventHandler, requireArguments, fireEvent, startTimer } = internals;
  const { isBlob, bytesOf } = internals.use("blob");
  const { requireObject } = internals.use("webidl");
  const { fromCharCode } = String;

  class ProgressEvent extends Event {
    #lengthComputable; #loaded; #total;
    constructor(type, options = undefined) {
      requireArguments(arguments.length, 1, "ProgressEvent");
      super(type, options);
      const { lengthComputable = false, loaded = 0, total = 0 } = requireObject(options, "ProgressEvent: the options");
      this.#lengthComputable = !!lengthComputable;
      this.#loaded = Number(loaded);
      this.#total = Number(total);
    }
    get lengthComputable() { return this.#lengthComputable; }
    get loaded() { return this.#loaded; }
    get total() { return this.#total; }
  }

  // ---- https://w3c.github.io/FileAPI/#blob-package-data ----

  // Code units of the bytes; apply() takes only so many arguments.
  const binaryString = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) {
      text += Reflect.apply(fromCharCode, null, bytes.subarray(at, at + 8192));
    }
    return text;
  };

  const decoderOf = (label) => {
    try {
      return label === undefined ? undefined : new TextDecoder(label);
    } catch {
      return undefined;
    }
  };

  // https://encoding.spec.whatwg.org/#bom-sniff
  const markOf = ([first, second, third]) => {
    if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
    if (first === 0xfe && second === 0xff) return "utf-16be";
    return first === 0xff && second === 0xfe ? "utf-16le" : undefined;
  };

  const decode = (bytes, type, label) => {
    const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(type)?.[1];
    const decoder = decoderOf(markOf(bytes)) ?? decoderOf(label) ?? decoderOf(charset) ?? new TextDecoder();
    return decoder.decode(bytes);
  };

  const packages = {
    arrayBuffer: (bytes) => bytes.slice().buffer,
    binaryString,
    text: (bytes, type, label) => decode(bytes, type, label),
    dataURL: (bytes, type) => `data:${type === "" ? "application/octet-stream" : type};base64,${btoa(binaryString(bytes))}`,
  };

  const requireBlob = (given, blob, what) => {
    requireArguments(given, 1, what);
    if (!isBlob(blob)) throw new TypeError(`${what}: not a Blob`);
  };
  const toLabel = (label) => (label === undefined ? undefined : `${label}`);

  const states = { EMPTY: 0, LOADING: 1, DONE: 2 };
  const { EMPTY, LOADING, DONE } = states;

  class FileReader extends EventTarget {
    #state = EMPTY;
    #result = null;
    #error = null;
    #read = null; // what is under way

    readAsArrayBuffer(blob) { this.#begin(arguments.length, blob, "readAsArrayBuffer", packages.arrayBuffer); }
    readAsBinaryString(blob) { this.#begin(arguments.length, blob, "readAsBinaryString", packages.binaryString); }
    readAsText(blob, encoding = undefined) {
      this.#begin(arguments.length, blob, "readAsText", packages.text, toLabel(encoding));
    }
    readAsDataURL(blob) { this.#begin(arguments.length, blob, "readAsDataURL", packages.dataURL); }

    abort() {
      if (this.#state !== LOADING) {
        this.#result = null;
        return;
      }
      this.#state = DONE;
      this.#result = null;
      this.#read = null;
      this.#fire("abort", 0, 0);
      if (this.#state !== LOADING) this.#fire("loadend", 0, 0);
    }

    get readyState() { return this.#state; }
    get result() { return this.#result; }
    get error() { return this.#error; }

    #fire(type, loaded, total) {
      fireEvent(this, new ProgressEvent(type, { lengthComputable: total > 0, loaded, total }));
    }

    // https://w3c.github.io/FileAPI/#readOperation
    #begin(given, blob, name, convert, label) {
      const state = this.#state;
      requireBlob(given, blob, `FileReader.${name}`);
      if (state === LOADING) throw new DOMException("The reader is reading already", "InvalidStateError");
      this.#state = LOADING;
      this.#result = this.#error = null;
      const bytes = bytesOf(blob), size = bytes.length;
      const read = this.#read = {};
      const steps = [
        () => this.#fire("loadstart", 0, size),
        () => this.#finish(() => convert(bytes, blob.type, label), size),
      ];
      if (size > 0) steps.splice(1, 0, () => this.#fire("progress", size, size));
      const next = () => {
        if (this.#read !== read) return;
        steps.shift()();
        if (steps.length > 0) startTimer(next, 0);
      };
      startTimer(next, 0);
    }

    #finish(convert, size) {
      this.#state = DONE;
      this.#read = null;
      try {
        this.#result = convert();
      } catch (error) {
        this.#error = new DOMException(`The blob cannot be read: ${error.message}`, "NotReadableError");
      }
      this.#fire(this.#error === null ? "load" : "error", size, size);
      // What the listeners' promises do comes between.
      startTimer(() => {
        if (this.#state !== LOADING) this.#fire("loadend", size, size);
      }, 0);
    }

    static { internals.brands.push((value) => #state in value); }
  }
  for (const object of [FileReader, FileReader.prototype]) {
    for (const [name, value] of Object.entries(states)) Object.defineProperty(object, name, { value, enumerable: true });
  }
  for (const type of ["loadstart", "progress", "load", "abort", "error", "loadend"]) {
    defineEventHandler(FileReader, type);
  }

  // https://w3c.github.io/FileAPI/#FileReaderSync
  class FileReaderSync {
    #made = true;
    #read(given, blob, name, convert, label) {
      if (!(#made in this)) throw internals.illegal();
      requireBlob(given, blob, `FileReaderSync.${name}`);
      return convert(bytesOf(blob), blob.type, label);
    }
    readAsArrayBuffer(blob) { return this.#read(arguments.length, blob, "readAsArrayBuffer", packages.arrayBuffer); }
    readAsBinaryString(blob) { return this.#read(arguments.length, blob, "readAsBinaryString", packages.binaryString); }
    readAsText(blob, encoding = undefined) {
      return this.#read(arguments.length, blob, "readAsText", packages.text, toLabel(encoding));
    }
    readAsDataURL(blob) { return this.#read(arguments.length, blob, "readAsDataURL", packages.dataURL); }
    static { internals.brands.push((value) => #made in value); }
  }

  // What only a document's form makes. https://w3c.github.io/FileAPI/#filelist-section
  class FileList {
    #files = [];
    constructor() { throw new TypeError("Illegal constructor"); }
    get length() { return this.#files.length; }
    item(index) {
      const files = this.#files;
      requireArguments(arguments.length, 1, "FileList.item");
      return files[index >>> 0] ?? null;
    }
  }

  for (const each of [ProgressEvent, FileReader, FileReaderSync, FileList]) defineInterface(each, { global: false });
  return { ProgressEvent, FileReader, FileReaderSync, FileList };
})
