// https://streams.spec.whatwg.org/ and https://encoding.spec.whatwg.org/#stream-objects
(function (internals) {
  "use strict";

  const { streams, defineInterface, defineGlobal } = internals;
  const { ReadableStream, TransformStream } = streams;
  for (const name of Object.keys(streams)) {
    defineGlobal(name, streams[name]);
    internals.brands.push((value) => value instanceof streams[name]);
  }

  const { apply, getOwnPropertyDescriptor } = Reflect;
  const getReader = ReadableStream.prototype.getReader;
  const reading = streams.ReadableStreamDefaultReader.prototype;
  const { read, cancel, releaseLock } = reading;
  const locked = getOwnPropertyDescriptor(ReadableStream.prototype, "locked").get;
  const bytesLength = getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array).prototype, "byteLength").get;
  const setBytes = Uint8Array.prototype.set;
  const then = Promise.prototype.then;
  const Bytes = Uint8Array;

  internals.isStream = (value) => value instanceof ReadableStream;
  internals.isLocked = (stream) => apply(locked, stream, []);
  internals.isDisturbed = (stream) => stream._disturbed === true;

  internals.makeByteStream = ({ pull, cancel }) => {
    let control;
    const stream = new ReadableStream({
      type: "bytes",
      start(controller) { control = controller; },
      pull() { return pull?.(); },
      cancel(reason) { return cancel?.(reason); },
    }, { highWaterMark: 0 });
    return {
      stream,
      enqueue(bytes) { control.enqueue(bytes); },
      close() {
        control.close();
        // A reader that waits with a buffer of its own learns of the end through its request.
        control.byobRequest?.respond(0);
      },
      error(reason) { control.error(reason); },
    };
  };

  const notBytes = () => new TypeError("A body's stream gave a chunk that is not a Uint8Array");

  // https://streams.spec.whatwg.org/#readablestreamdefaultreader-read-all-bytes
  internals.readChunks = (stream, { chunk, end, error }) => {
    const reader = apply(getReader, stream, []);
    let stopped = false;
    const fail = (reason) => {
      if (!stopped) error(reason);
      stopped = true;
    };
    const step = () => {
      if (!stopped) apply(then, apply(read, reader, []), [take, fail]);
    };
    const take = ({ done, value }) => {
      if (stopped) return;
      if (done) {
        stopped = true;
        apply(releaseLock, reader, []);
        end();
        return;
      }
      if (!(value instanceof Bytes)) {
        const reason = notBytes();
        fail(reason);
        apply(then, apply(cancel, reader, [reason]), [undefined, () => {}]);
        return;
      }
      let wait;
      try {
        wait = chunk(value);
      } catch (reason) {
        fail(reason);
        apply(then, apply(cancel, reader, [reason]), [undefined, () => {}]);
        return;
      }
      if (wait === undefined) step();
      else apply(then, wait, [step, fail]);
    };
    step();
    return (reason) => {
      if (stopped) return;
      stopped = true;
      apply(then, apply(cancel, reader, [reason]), [undefined, () => {}]);
    };
  };

  internals.readAll = (stream) => new Promise((resolve, reject) => {
    const chunks = [];
    let size = 0;
    internals.readChunks(stream, {
      chunk(bytes) {
        chunks.push(bytes);
        size += apply(bytesLength, bytes, []);
      },
      end() {
        if (chunks.length === 1) {
          resolve(chunks[0]);
          return;
        }
        const all = new Bytes(size);
        let at = 0;
        for (const bytes of chunks) {
          apply(setBytes, all, [bytes, at]);
          at += apply(bytesLength, bytes, []);
        }
        resolve(all);
      },
      error: reject,
    });
  });

  const encoder = new TextEncoder();
  const encode = TextEncoder.prototype.encode;
  const decode = TextDecoder.prototype.decode;

  class TextEncoderStream {
    #transform;
    #high = ""; // a lead surrogate whose other half may come with the next chunk
    constructor() {
      this.#transform = new TransformStream({
        transform: (chunk, controller) => {
          let text = this.#high + `${chunk}`;
          this.#high = "";
          const last = text.charCodeAt(text.length - 1);
          if (last >= 0xd800 && last <= 0xdbff) {
            this.#high = text[text.length - 1];
            text = text.slice(0, -1);
          }
          if (text !== "") controller.enqueue(apply(encode, encoder, [text]));
        },
        flush: (controller) => {
          if (this.#high !== "") controller.enqueue(new Bytes([0xef, 0xbf, 0xbd]));
        },
      });
    }
    get encoding() {
      this.#transform;
      return "utf-8";
    }
    get readable() { return this.#transform.readable; }
    get writable() { return this.#transform.writable; }
  }

  class TextDecoderStream {
    #transform;
    #decoder;
    constructor(label = "utf-8", options = undefined) {
      const decoder = this.#decoder = new TextDecoder(label, options);
      this.#transform = new TransformStream({
        transform(chunk, controller) {
          if (chunk === undefined) throw new TypeError("TextDecoderStream: a chunk must be a BufferSource");
          const text = apply(decode, decoder, [chunk, { stream: true }]);
          if (text !== "") controller.enqueue(text);
        },
        flush(controller) {
          const text = apply(decode, decoder, []);
          if (text !== "") controller.enqueue(text);
        },
      });
    }
    get encoding() { return this.#decoder.encoding; }
    get fatal() { return this.#decoder.fatal; }
    get ignoreBOM() { return this.#decoder.ignoreBOM; }
    get readable() { return this.#transform.readable; }
    get writable() { return this.#transform.writable; }
  }

  defineInterface(TextEncoderStream);
  defineInterface(TextDecoderStream);
  Object.defineProperty(TextDecoderStream, "length", { value: 0, configurable: true });
  internals.brands.push((value) => value instanceof TextEncoderStream || value instanceof TextDecoderStream);
})
