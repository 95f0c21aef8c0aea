// Decoders of the encodings that are not native. https://encoding.spec.whatwg.org/#legacy-single-byte-encodings
(function (internals) {
  "use strict";

  const { legacyEncodings } = internals.use("legacyEncodings");

  return {
    makeDecoder(label, fatal, ignoreBOM) {
      const name = legacyEncodings.normalizeEncoding(`${label}`);
      if (name === null || name === "replacement") {
        throw new RangeError(`TextDecoder: there is no encoding '${label}'`);
      }
      const decoder = new legacyEncodings.TextDecoder(name, { fatal, ignoreBOM });
      return {
        encoding: name,
        decode: (bytes, stream) => decoder.decode(bytes, { stream }),
      };
    },
  };
})
