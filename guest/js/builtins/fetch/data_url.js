// https://fetch.spec.whatwg.org/#data-url-processor
(function (internals) {
  "use strict";

  const token = /^[!#$%&'*+\-.^_`|~\w]+$/;
  const quoted = /^[\t\x20-\x7e\x80-\xff]*$/;

  // https://mimesniff.spec.whatwg.org/#parsing-a-mime-type, serialized again; null when it is none.
  const normalizeType = (text) => {
    const input = text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
    const semicolon = input.indexOf(";");
    const essence = (semicolon < 0 ? input : input.slice(0, semicolon)).replace(/[\t\n\r ]+$/, "");
    const slash = essence.indexOf("/");
    if (slash < 0 || !token.test(essence.slice(0, slash)) || !token.test(essence.slice(slash + 1))) return null;
    let result = essence.toLowerCase();
    const seen = new Set();
    for (const [name, value] of parameters(semicolon < 0 ? "" : input.slice(semicolon))) {
      if (seen.has(name) || !token.test(name) || !quoted.test(value)) continue;
      seen.add(name);
      result += token.test(value) ? `;${name}=${value}` : `;${name}="${value.replace(/["\\]/g, "\\$&")}"`;
    }
    return result;
  };

  const parameters = function* (text) {
    let at = 0;
    while (at < text.length) {
      at++; // the semicolon
      while (/[\t\n\r ]/.test(text[at] ?? "")) at++;
      let end = at;
      while (end < text.length && text[end] !== ";" && text[end] !== "=") end++;
      const name = text.slice(at, end).toLowerCase();
      at = end;
      if (text[at] !== "=") continue;
      at++;
      let value = "";
      if (text[at] === '"') {
        at++;
        while (at < text.length && text[at] !== '"') {
          if (text[at] === "\\" && at + 1 < text.length) at++;
          value += text[at++];
        }
        while (at < text.length && text[at] !== ";") at++;
      } else {
        end = text.indexOf(";", at);
        if (end < 0) end = text.length;
        value = text.slice(at, end).replace(/[\t\n\r ]+$/, "");
        at = end;
        if (value === "") continue;
      }
      yield [name, value];
    }
  };

  const percentDecode = (text) => {
    const bytes = new TextEncoder().encode(text);
    const hex = (byte) => parseInt(String.fromCharCode(byte), 16);
    let to = 0;
    for (let from = 0; from < bytes.length; from++) {
      const isEscape = bytes[from] === 37 && from + 2 < bytes.length &&
        !Number.isNaN(hex(bytes[from + 1])) && !Number.isNaN(hex(bytes[from + 2]));
      bytes[to++] = isEscape ? hex(bytes[from + 1]) * 16 + hex(bytes[from + 2]) : bytes[from];
      if (isEscape) from += 2;
    }
    return bytes.subarray(0, to);
  };

  const decodeBase64 = (bytes) => {
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    const decoded = atob(text);
    return Uint8Array.from(decoded, (unit) => unit.charCodeAt(0));
  };

  const process = (url) => {
    const input = url.replace(/#.*$/s, "").slice("data:".length);
    const comma = input.indexOf(",");
    if (comma < 0) throw new TypeError("fetch: the data: URL has no comma");
    let type = input.slice(0, comma).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "");
    let body = percentDecode(input.slice(comma + 1));
    if (/; *base64$/i.test(type)) {
      try {
        body = decodeBase64(body);
      } catch {
        throw new TypeError("fetch: the body of the data: URL is no base64");
      }
      type = type.replace(/; *base64$/i, "");
    }
    if (type.startsWith(";")) type = `text/plain${type}`;
    return { body: body.slice(), type: normalizeType(type) ?? "text/plain;charset=US-ASCII" };
  };

  return {
    fetch(url) {
      const { body, type } = process(url);
      return new Response(body, { headers: { "content-type": type } });
    },
  };
})
