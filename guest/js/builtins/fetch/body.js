// blob() and formData() of Request and Response; the rest of the body mixin is native.
// https://fetch.spec.whatwg.org/#body-mixin
(function (internals) {
  "use strict";

  const { apply, getOwnPropertyDescriptor } = Reflect;
  for (const { prototype } of [Request, Response]) {
    const { bytes } = prototype;
    const headers = getOwnPropertyDescriptor(prototype, "headers").get;
    const get = Headers.prototype.get;
    const read = (self) => {
      const type = apply(get, apply(headers, self, []), ["content-type"]);
      return apply(bytes, self, []).then((all) => ({ all, type }));
    };
    const methods = {
      async blob() {
        const { all, type } = await read(this);
        return internals.use("blob").makeBlob(all, type ?? "");
      },
      async formData() {
        const { all, type } = await read(this);
        return internals.use("formData").parse(all, type);
      },
    };
    for (const name of ["blob", "formData"]) {
      Object.defineProperty(prototype, name,
        { value: methods[name], writable: true, enumerable: true, configurable: true });
    }
  }

  // A body that is a Blob or FormData: its bytes and type; undefined for any other object. Neither exists
  // before its script has run.
  internals.objectBody = (value) => internals.blobBody?.(value) ?? internals.formBody?.(value);

  // data: URLs of fetch(): https://fetch.spec.whatwg.org/#scheme-fetch
  internals.fetchData = (url) => internals.use("dataUrl").fetch(url);

  // blob: URLs: a Request holds the blob that its URL named when it was made.
  // https://url.spec.whatwg.org/#concept-url-blob-entry
  internals.resolveObjectUrl = (url) => internals.use("objectUrl").resolve(url);
  internals.fetchBlob = (blob, method, range) => internals.use("objectUrl").fetch(blob, method, range);
})
