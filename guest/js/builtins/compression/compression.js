// CompressionStream and DecompressionStream, by codecs of the host. https://compression.spec.whatwg.org/
(function (internals) {
  "use strict";

  const { defineInterface, requireArguments, codec, codecRun, codecEnd } = internals;
  const COMPRESS = 5, DECOMPRESS = 6;
  const formats = { deflate: 1, "deflate-raw": 2, gzip: 3, brotli: 4 };

  const toFormat = (value, what) => {
    const format = `${value}`;
    if (!Object.hasOwn(formats, format)) {
      throw new TypeError(`${what}: there is no format "${format}"; there are ${Object.keys(formats).join(", ")}`);
    }
    return formats[format];
  };

  const makeTransform = (what, format) => {
    let handle = 0; // the codec's, from the first chunk until its end or the first error
    const state = { finished: false, taken: 0 };
    const nothing = new Uint8Array(0);
    const stop = () => {
      if (handle !== 0) codecEnd(handle);
      handle = 0;
    };
    const known = (result) => {
      if (typeof result === "string") throw new TypeError(result);
      return result;
    };
    const run = (bytes, last, controller) => {
      if (handle === 0) handle = known(codec(what, format, 0, 0));
      const out = known(codecRun(handle, bytes, last, state));
      if (out.length !== 0) controller.enqueue(out);
      if (state.finished) stop();
      if (state.taken < bytes.length) throw new TypeError("There is more after the end of the compressed data");
    };
    const orStop = (action) => {
      try {
        action();
      } catch (error) {
        stop();
        throw error;
      }
    };
    const take = (chunk, controller) => {
      if (!internals.isBuffer(chunk)) throw new TypeError("A chunk must be an ArrayBuffer or a view on one");
      const bytes = internals.copyBytes(chunk);
      if (bytes.length === 0) return;
      if (state.finished) throw new TypeError("There is more after the end of the compressed data");
      run(bytes, false, controller);
    };
    return new TransformStream({
      transform: (chunk, controller) => orStop(() => take(chunk, controller)),
      flush: (controller) => orStop(() => {
        if (!state.finished) run(nothing, true, controller);
      }),
      cancel: stop,
    });
  };

  const defineStream = (name, what) => {
    const made = {
      [name]: class {
        #transform;
        constructor(format) {
          requireArguments(arguments.length, 1, name);
          this.#transform = makeTransform(what, toFormat(format, name));
        }
        get readable() { return this.#transform.readable; }
        get writable() { return this.#transform.writable; }
        static { internals.brands.push((value) => #transform in value); }
      },
    }[name];
    return defineInterface(made, { global: false });
  };

  return {
    CompressionStream: defineStream("CompressionStream", COMPRESS),
    DecompressionStream: defineStream("DecompressionStream", DECOMPRESS),
  };
})
