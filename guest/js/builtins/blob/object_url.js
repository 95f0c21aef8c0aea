// blob: URLs: they name a blob of the request under way, and end with it.
// https://w3c.github.io/FileAPI/#url
(function (internals) {
  "use strict";

  const { isBlob, bytesOf } = internals.use("blob");
  const blobs = new Map(); // by URL

  // A worker's origin is opaque, and "null" when it is written down.
  const create = (blob) => {
    if (!isBlob(blob)) throw new TypeError("URL.createObjectURL: not a Blob");
    const url = `blob:null/${crypto.randomUUID()}`;
    blobs.set(url, blob);
    return url;
  };

  // https://w3c.github.io/FileAPI/#blob-url-resolve
  const resolve = (url) => blobs.get(url.replace(/#.*$/s, ""));

  // https://fetch.spec.whatwg.org/#simple-range-header-value, with whitespace; undefined when it is none.
  const parseRange = (value, size) => {
    const match = /^bytes[\t ]*=[\t ]*(\d*)[\t ]*-[\t ]*(\d*)$/i.exec(value);
    if (match === null || match[1] === "" && match[2] === "") return undefined;
    const [, first, last] = match;
    if (first === "") return [Math.max(size - Number(last), 0), size - 1];
    return [Number(first), last === "" ? size - 1 : Math.min(Number(last), size - 1)];
  };

  // https://fetch.spec.whatwg.org/#scheme-fetch, "blob". `range` is the request's header, or null.
  const fetch = (blob, method, range) => {
    if (blob === undefined) throw new TypeError("fetch: the blob: URL names no blob of this request");
    if (method !== "GET") throw new TypeError(`fetch: a blob: URL is read by GET, not by ${method}`);
    const bytes = bytesOf(blob), size = bytes.length;
    const headers = { "content-length": `${size}`, "content-type": blob.type };
    if (range === null) return new Response(blob, { headers });
    const [first, last] = parseRange(range, size) ?? [1, 0];
    if (first > last) throw new TypeError(`fetch: the blob has no such range: ${range}`);
    headers["content-length"] = `${last - first + 1}`;
    headers["content-range"] = `bytes ${first}-${last}/${size}`;
    return new Response(bytes.slice(first, last + 1), { status: 206, statusText: "Partial Content", headers });
  };

  return {
    create,
    resolve,
    fetch,
    revoke(url) { blobs.delete(url); },
  };
})
