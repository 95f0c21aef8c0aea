// What the modules that stand in for Node's (src/bundler/node/) need of the engine: the default export
// of "wws:node". https://nodejs.org/api/async_context.html, https://nodejs.org/api/crypto.html
(function (internals) {
  "use strict";

  const { codec, codecRun, codecEnd, asyncContext, enterContext } = internals;
  const DIGEST = 1, HMAC = 2; // codecs
  const numbers = { sha1: 1, sha256: 2, sha384: 3, sha512: 4 };

  const outcomeOf = (result) => {
    if (typeof result === "string") throw new Error(result);
    return result;
  };
  const run = (what, hash, keys, data) => {
    const handle = outcomeOf(codec(what, numbers[hash], 0, 0, ...keys));
    try {
      return outcomeOf(codecRun(handle, data, true, {}));
    } finally {
      codecEnd(handle);
    }
  };

  return {
    env: internals.variables(),
    context: asyncContext,
    enter: enterContext, // gives the one before
    digest: (hash, data) => run(DIGEST, hash, [], data),
    hmac: (hash, key, data) => run(HMAC, hash, [key], data),
  };
})
