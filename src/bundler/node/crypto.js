// https://nodejs.org/api/crypto.html: random numbers, digests and HMAC. The rest is WebCrypto's.
import { Buffer } from "./buffer.js";
import { md5 } from "./md5.js";
import runtime from "wws:node";

const hashes = { sha1: 20, sha256: 32, sha384: 48, sha512: 64, md5: 16 };
const nameOf = (algorithm) => {
  const name = `${algorithm}`.toLowerCase().replace("-", "");
  if (!Object.hasOwn(hashes, name)) {
    throw new Error(`crypto: there is no "${algorithm}"; there are ${Object.keys(hashes).join(", ")}`);
  }
  return name;
};
const bytesOf = (data, encoding) => {
  if (typeof data === "string") return Buffer.from(data, encoding === "buffer" ? "utf8" : encoding);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new TypeError("crypto: the data must be a string or bytes");
};
const digestOf = (name, data) => (name === "md5" ? md5(data) : runtime.digest(name, data));

// RFC 2104, for what the host has no HMAC of.
const hmacMd5 = (key, data) => {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? md5(key) : key);
  const inner = md5(Buffer.concat([block.map((byte) => byte ^ 0x36), data]));
  return md5(Buffer.concat([block.map((byte) => byte ^ 0x5c), inner]));
};

class Digesting {
  #parts = [];
  #done = false;
  #finish;
  constructor(finish, parts = []) {
    this.#finish = finish;
    this.#parts = parts;
  }
  update(data, encoding) {
    if (this.#done) throw new Error("crypto: digest() was called already");
    // A copy: the caller may go on to change its bytes.
    this.#parts.push(Uint8Array.from(bytesOf(data, encoding)));
    return this;
  }
  digest(encoding) {
    if (this.#done) throw new Error("crypto: digest() was called already");
    this.#done = true;
    const bytes = Buffer.from(this.#finish(Buffer.concat(this.#parts)));
    return encoding === undefined || encoding === "buffer" ? bytes : bytes.toString(encoding);
  }
  copy() {
    if (this.#done) throw new Error("crypto: digest() was called already");
    return new Digesting(this.#finish, [...this.#parts]);
  }
}

export const createHash = (algorithm) => {
  const name = nameOf(algorithm);
  return new Digesting((data) => digestOf(name, data));
};
export const createHmac = (algorithm, key) => {
  const name = nameOf(algorithm);
  const secret = bytesOf(key);
  return new Digesting((data) => (name === "md5" ? hmacMd5(secret, data) : runtime.hmac(name, secret, data)));
};
export const hash = (algorithm, data, encoding = "hex") => createHash(algorithm).update(data).digest(encoding);
export const getHashes = () => Object.keys(hashes);

export const randomFillSync = (buffer, offset = 0, size = undefined) => {
  const bytes = bytesOf(buffer);
  const end = size === undefined ? bytes.length : offset + size;
  for (let at = offset; at < end; at += 65536) {
    globalThis.crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65536, end)));
  }
  return buffer;
};
const later = (callback, make) => {
  const value = make();
  queueMicrotask(() => callback(null, value));
};
export const randomFill = (buffer, ...rest) => {
  const callback = rest.pop();
  later(callback, () => randomFillSync(buffer, ...rest));
};
export const randomBytes = (size, callback) => {
  const make = () => randomFillSync(Buffer.alloc(size));
  return callback === undefined ? make() : later(callback, make);
};
export const randomUUID = () => globalThis.crypto.randomUUID();
export const randomInt = (...args) => {
  const callback = typeof args.at(-1) === "function" ? args.pop() : undefined;
  const [min, max] = args.length > 1 ? args : [0, args[0]];
  const range = max - min;
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || range <= 0 || range >= 2 ** 48) {
    throw new RangeError("crypto.randomInt: the bounds must be integers, the first below the second");
  }
  const make = () => {
    // Values behind the last whole multiple of the range would make some results likelier.
    const limit = 2 ** 48 - (2 ** 48 % range);
    for (;;) {
      const value = randomBytes(6).readUIntBE(0, 6);
      if (value < limit) return min + (value % range);
    }
  };
  return callback === undefined ? make() : later(callback, make);
};
export const timingSafeEqual = (a, b) => {
  const [left, right] = [bytesOf(a), bytesOf(b)];
  if (left.length !== right.length) throw new RangeError("crypto.timingSafeEqual: the lengths must be equal");
  let differing = 0;
  for (let i = 0; i < left.length; ++i) differing |= left[i] ^ right[i];
  return differing === 0;
};

export const webcrypto = globalThis.crypto;
export const getRandomValues = (array) => globalThis.crypto.getRandomValues(array);

export default {
  createHash,
  createHmac,
  getHashes,
  getRandomValues,
  hash,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  get subtle() {
    return globalThis.crypto.subtle;
  },
  timingSafeEqual,
  webcrypto,
};
