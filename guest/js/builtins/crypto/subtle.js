// SubtleCrypto and CryptoKey. https://w3c.github.io/webcrypto/#subtlecrypto-interface
//
// What takes part of bytes runs as a codec in steps, what takes milliseconds as a computation beside
// the loop; both are the host's (abi.h).
(function (internals) {
  "use strict";

  const { defineInterface, requireArguments, illegal, crypto, compute } = internals;
  const { copyBytes, sequence, isObject } = internals.use("webidl");
  const { normalize } = internals.use("cryptoAlgorithms");
  const { importKey, exportKey, generateKey, keyLength, kindOf, hashNumbers, usageNames, fail, outcomeOf } =
    internals.use("cryptoKeys");

  const DIGEST = 1, HMAC = 2, ENCRYPT = 3, DECRYPT = 4; // codecs
  const SIGN = 11, VERIFY = 12, OAEP_ENCRYPT = 13, OAEP_DECRYPT = 14, AGREE = 15, HKDF = 16, PBKDF2 = 17,
    WRAP = 18, UNWRAP = 19;
  const CBC = 1, CTR = 2, GCM = 3;
  const PKCS1 = 1, PSS = 2, ECDSA = 3, ED25519 = 4;
  const MOST_ITERATIONS = 4096;
  const none = new Uint8Array(0);

  // ---- CryptoKey ----

  const secret = Symbol("secret");
  class CryptoKey {
    #key; #algorithm; #usages;
    constructor(token, key) {
      if (token !== secret) throw new TypeError("Illegal constructor");
      this.#key = key;
      this.#algorithm = key.algorithm;
      this.#usages = key.usages;
    }
    get type() { return this.#key.type; }
    get extractable() { return this.#key.extractable; }
    get algorithm() { return this.#algorithm; }
    get usages() { return this.#usages; }
    static {
      internals.isCryptoKey = (value) => typeof value === "object" && value !== null && #key in value;
      internals.keySlots = (value) => value.#key;
    }
  }
  Object.defineProperty(CryptoKey, "length", { value: 0, configurable: true });
  const { isCryptoKey, keySlots } = internals;
  const copyAlgorithm = (algorithm) => {
    const copy = { ...algorithm };
    if (copy.hash) copy.hash = { ...copy.hash };
    if (copy.publicExponent) copy.publicExponent = copy.publicExponent.slice();
    return copy;
  };
  // What scripts see is a copy: changing it changes nothing of the key.
  class Slots {
    constructor(key) { Object.assign(this, key); }
  }
  const makeKey = (key) => {
    const slots = new Slots({ ...key, usages: [...key.usages] });
    const made = new CryptoKey(secret, slots);
    slots.algorithm = copyAlgorithm(key.algorithm);
    slots.usages = [...key.usages];
    return made;
  };
  internals.brands.push(isCryptoKey);
  internals.serializable.push({ is: isCryptoKey, clone: (key) => makeKey(keySlots(key)) });

  const requireKey = (value, what) => {
    if (!isCryptoKey(value)) throw new TypeError(`${what} must be a CryptoKey`);
    return keySlots(value);
  };
  const requireUse = (key, algorithm, usage) => {
    if (key.algorithm.name !== algorithm.name) {
      fail("InvalidAccessError", `The key is of ${key.algorithm.name}, not of ${algorithm.name}`);
    }
    if (!key.usages.includes(usage)) fail("InvalidAccessError", `The key may not be used to "${usage}"`);
  };
  const requireType = (key, type) => {
    if (key.type !== type) fail("InvalidAccessError", `The key is ${key.type}, not ${type}`);
  };

  // ---- operations ----

  const run = (what, a, b, buffers, data) => {
    const handle = outcomeOf(internals.codec(what, a, b, 0, ...buffers));
    try {
      return outcomeOf(internals.codecRun(handle, data, true, {}));
    } finally {
      internals.codecEnd(handle);
    }
  };
  const digest = (hash, data) => run(DIGEST, hashNumbers[hash], 0, [], data);

  // The counter is the last `length` bits of its block; it comes back to 0 without touching the others.
  // https://w3c.github.io/webcrypto/#aes-ctr-operations
  const runCounter = (key, { counter, length }, data) => {
    if (counter.length !== 16) fail("OperationError", "A counter has 16 bytes");
    if (length === 0 || length > 128) fail("OperationError", "A counter's length is 1 to 128 bits");
    const all = BigInt(`0x${[...counter].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`);
    const count = 1n << BigInt(length);
    const blocks = BigInt(Math.ceil(data.length / 16));
    if (blocks > count) fail("OperationError", "The data have more blocks than the counter has values");
    const left = count - (all % count);
    if (blocks <= left) return run(ENCRYPT, CTR, 0, [key.bytes, counter, none], data);
    const at = Number(left) * 16;
    const zero = (all - (all % count)).toString(16).padStart(32, "0");
    const start = Uint8Array.from({ length: 16 }, (_, i) => parseInt(zero.slice(2 * i, 2 * i + 2), 16));
    const result = new Uint8Array(data.length);
    result.set(run(ENCRYPT, CTR, 0, [key.bytes, counter, none], data.subarray(0, at)));
    result.set(run(ENCRYPT, CTR, 0, [key.bytes, start, none], data.subarray(at)), at);
    return result;
  };

  const tagBytes = ({ tagLength = 128 }) => {
    if (![32, 64, 96, 104, 112, 120, 128].includes(tagLength)) {
      fail("OperationError", `There is no tag of ${tagLength} bits`);
    }
    return tagLength / 8;
  };

  const checkIv = ({ iv }) => {
    if (iv.length !== 16) fail("OperationError", "The initialization vector has 16 bytes");
  };

  const encryptions = {
    "AES-CBC"(key, algorithm, data) {
      checkIv(algorithm);
      return run(ENCRYPT, CBC, 0, [key.bytes, algorithm.iv, none], data);
    },
    "AES-CTR": runCounter,
    "AES-GCM"(key, algorithm, data) {
      const buffers = [key.bytes, algorithm.iv, algorithm.additionalData ?? none];
      return run(ENCRYPT, GCM, tagBytes(algorithm), buffers, data);
    },
    "RSA-OAEP"(key, { label = none }, data) {
      requireType(key, "public");
      return outcomeOf(crypto(OAEP_ENCRYPT, hashNumbers[key.algorithm.hash.name], 0, 0, key.bytes, label, data));
    },
    "AES-KW": (key, algorithm, data) => outcomeOf(crypto(WRAP, 0, 0, 0, key.bytes, data)),
  };

  const decryptions = {
    "AES-CBC"(key, algorithm, data) {
      checkIv(algorithm);
      return run(DECRYPT, CBC, 0, [key.bytes, algorithm.iv, none, none], data);
    },
    "AES-CTR": runCounter,
    "AES-GCM"(key, algorithm, data) {
      const size = data.length - tagBytes(algorithm);
      if (size < 0) fail("OperationError", "The data are shorter than their tag");
      const buffers = [key.bytes, algorithm.iv, algorithm.additionalData ?? none, data.subarray(size)];
      return run(DECRYPT, GCM, 0, buffers, data.subarray(0, size));
    },
    async "RSA-OAEP"(key, { label = none }, data) {
      requireType(key, "private");
      const hash = hashNumbers[key.algorithm.hash.name];
      return outcomeOf(await compute(OAEP_DECRYPT, hash, 0, 0, key.bytes, label, data));
    },
    "AES-KW": (key, algorithm, data) => outcomeOf(crypto(UNWRAP, 0, 0, 0, key.bytes, data)),
  };

  // Scheme, hash and third number of a signature; what is signed.
  const signing = (key, algorithm, data) => {
    const hash = key.algorithm.hash?.name ?? algorithm.hash?.name;
    switch (algorithm.name) {
      case "RSASSA-PKCS1-v1_5": return [PKCS1, hashNumbers[hash], 0, digest(hash, data)];
      case "RSA-PSS": return [PSS, hashNumbers[hash], algorithm.saltLength, digest(hash, data)];
      case "ECDSA": return [ECDSA, hashNumbers[hash], kindOf(key.algorithm), digest(hash, data)];
      default: return [ED25519, hashNumbers["SHA-512"], 0, data];
    }
  };

  const sign = async (key, algorithm, data) => {
    if (algorithm.name === "HMAC") {
      return run(HMAC, hashNumbers[key.algorithm.hash.name], 0, [key.bytes], data);
    }
    requireType(key, "private");
    const [scheme, hash, number, signed] = signing(key, algorithm, data);
    const isRsa = scheme === PKCS1 || scheme === PSS;
    const operation = isRsa ? compute : crypto;
    return outcomeOf(await operation(SIGN, scheme, hash, number, key.bytes, signed));
  };

  const equal = (a, b) => {
    if (a.length !== b.length) return false;
    let difference = 0; // in a time that tells nothing of where they differ
    for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
    return difference === 0;
  };

  const verify = async (key, algorithm, signature, data) => {
    if (algorithm.name === "HMAC") return equal(await sign(key, algorithm, data), signature);
    requireType(key, "public");
    const [scheme, hash, number, signed] = signing(key, algorithm, data);
    return outcomeOf(crypto(VERIFY, scheme, hash, number, key.bytes, signature, signed))[0] === 1;
  };

  // ---- derivation ----

  const agree = (base, algorithm, length) => {
    requireType(base, "private");
    const peer = keySlots(algorithm.public);
    requireType(peer, "public");
    if (peer.algorithm.name !== base.algorithm.name || peer.algorithm.namedCurve !== base.algorithm.namedCurve) {
      fail("InvalidAccessError", "The two keys are not of one kind");
    }
    const shared = outcomeOf(crypto(AGREE, kindOf(base.algorithm), 0, 0, base.bytes, peer.bytes));
    if (length === null) return shared;
    if (length > shared.length * 8) fail("OperationError", `The shared secret has ${shared.length * 8} bits`);
    const result = shared.slice(0, Math.ceil(length / 8));
    if (length % 8 !== 0) result[result.length - 1] &= 0xff << (8 - length % 8);
    return result;
  };

  const requireWholeBytes = (length) => {
    if (length === null || length % 8 !== 0) {
      fail("OperationError", "The number of bits to derive must be a multiple of 8");
    }
  };

  const hkdf = (base, { hash, salt, info }, length) => {
    requireWholeBytes(length);
    if (length === 0) return none.slice();
    return outcomeOf(crypto(HKDF, hashNumbers[hash.name], length / 8, 0, base.bytes, salt, info));
  };

  // Block by block, each in calls of a bounded number of iterations, so that the limit of CPU time holds.
  // https://www.rfc-editor.org/rfc/rfc8018#section-5.2
  const pbkdf2 = (base, { hash, salt, iterations }, length) => {
    requireWholeBytes(length);
    if (iterations === 0) fail("OperationError", "PBKDF2 has one iteration or more");
    const result = new Uint8Array(length / 8);
    const seed = new Uint8Array(salt.length + 4);
    seed.set(salt);
    for (let at = 0, block = 1; at < result.length; block++) {
      new DataView(seed.buffer).setUint32(salt.length, block);
      let state = none;
      for (let left = iterations; left > 0; left -= MOST_ITERATIONS) {
        const count = Math.min(left, MOST_ITERATIONS);
        state = outcomeOf(crypto(PBKDF2, hashNumbers[hash.name], count, 0, base.bytes, seed, state));
      }
      const part = state.subarray(state.length / 2, state.length / 2 + result.length - at);
      result.set(part, at);
      at += part.length;
    }
    return result;
  };

  const derivations = { ECDH: agree, X25519: agree, HKDF: hkdf, PBKDF2: pbkdf2 };
  const deriveBits = (base, algorithm, length) => derivations[algorithm.name](base, algorithm, length);

  // ---- conversions ----

  // WebIDL's part of a BufferSource; its bytes are copied once the algorithm is known.
  const requireBuffer = (value, what) => {
    if (!internals.isBuffer(value)) throw new TypeError(`${what} must be an ArrayBuffer or a view on one`);
    return value;
  };

  const formats = ["raw", "spki", "pkcs8", "jwk"];
  const toFormat = (value) => {
    const format = `${value}`;
    if (!formats.includes(format)) throw new TypeError(`There is no format of keys "${format}"`);
    return format;
  };
  const toUsages = (value) => {
    const usages = sequence(value, "The usages").map((usage) => `${usage}`);
    for (const usage of usages) {
      if (!usageNames.includes(usage)) throw new TypeError(`There is no usage of keys "${usage}"`);
    }
    return usages;
  };
  const jwkTexts = ["alg", "crv", "d", "dp", "dq", "e", "k", "kty", "n", "p", "q", "qi", "use", "x", "y"];
  // https://w3c.github.io/webcrypto/#dfn-JsonWebKey
  const toJwk = (value) => {
    const jwk = {};
    for (const name of jwkTexts) if (value[name] !== undefined) jwk[name] = `${value[name]}`;
    if (value.ext !== undefined) jwk.ext = !!value.ext;
    if (value.key_ops !== undefined) jwk.key_ops = sequence(value.key_ops, "key_ops").map((each) => `${each}`);
    if (value.oth !== undefined) jwk.oth = sequence(value.oth, "oth");
    return jwk;
  };
  const toKeyData = (format, value) => {
    const isBuffer = internals.isBuffer(value);
    if (format !== "jwk") {
      if (!isBuffer) throw new TypeError(`Key data of the format "${format}" must be an ArrayBuffer or a view on one`);
      return value;
    }
    if (isBuffer || !isObject(value)) throw new TypeError(`Key data of the format "jwk" must be an object`);
    return toJwk(value);
  };

  const bufferOf = (bytes) => (bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer);

  const importChecked = (format, data, algorithm, extractable, usages) => {
    const key = importKey(format, data, algorithm, extractable, usages);
    if (key.type !== "public" && usages.length === 0) fail("SyntaxError", "A secret or private key needs a usage");
    return makeKey(key);
  };

  const exportChecked = (format, key) => {
    if (["HKDF", "PBKDF2"].includes(key.algorithm.name)) {
      fail("NotSupportedError", `A key of ${key.algorithm.name} cannot be exported`);
    }
    if (!key.extractable) fail("InvalidAccessError", "The key is not extractable");
    return exportKey(format, key);
  };

  // An algorithm that wraps by itself, or one that encrypts.
  const normalizeWrap = (algorithm, wrap, encrypt) => {
    try {
      return normalize(algorithm, wrap);
    } catch {
      return normalize(algorithm, encrypt);
    }
  };

  class SubtleCrypto {
    constructor(token) {
      if (token !== secret) throw new TypeError("Illegal constructor");
    }
    #check(given, needed, name) {
      requireArguments(given, needed, `SubtleCrypto.${name}`);
    }

    async encrypt(algorithm, key, data) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 3, "encrypt");
      const slots = requireKey(key, "SubtleCrypto.encrypt: the key");
      requireBuffer(data, "SubtleCrypto.encrypt: the data");
      const normalized = normalize(algorithm, "encrypt");
      const bytes = copyBytes(data);
      requireUse(slots, normalized, "encrypt");
      return bufferOf(await encryptions[normalized.name](slots, normalized, bytes));
    }

    async decrypt(algorithm, key, data) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 3, "decrypt");
      const slots = requireKey(key, "SubtleCrypto.decrypt: the key");
      requireBuffer(data, "SubtleCrypto.decrypt: the data");
      const normalized = normalize(algorithm, "decrypt");
      const bytes = copyBytes(data);
      requireUse(slots, normalized, "decrypt");
      return bufferOf(await decryptions[normalized.name](slots, normalized, bytes));
    }

    async sign(algorithm, key, data) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 3, "sign");
      const slots = requireKey(key, "SubtleCrypto.sign: the key");
      requireBuffer(data, "SubtleCrypto.sign: the data");
      const normalized = normalize(algorithm, "sign");
      const bytes = copyBytes(data);
      requireUse(slots, normalized, "sign");
      return bufferOf(await sign(slots, normalized, bytes));
    }

    async verify(algorithm, key, signature, data) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 4, "verify");
      const slots = requireKey(key, "SubtleCrypto.verify: the key");
      requireBuffer(signature, "SubtleCrypto.verify: the signature");
      requireBuffer(data, "SubtleCrypto.verify: the data");
      const normalized = normalize(algorithm, "verify");
      const given = copyBytes(signature);
      const bytes = copyBytes(data);
      requireUse(slots, normalized, "verify");
      return verify(slots, normalized, given, bytes);
    }

    async digest(algorithm, data) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 2, "digest");
      requireBuffer(data, "SubtleCrypto.digest: the data");
      const { name } = normalize(algorithm, "digest");
      const bytes = copyBytes(data);
      return bufferOf(digest(name, bytes));
    }

    async generateKey(algorithm, extractable, keyUsages) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 3, "generateKey");
      const usages = toUsages(keyUsages);
      const normalized = normalize(algorithm, "generateKey");
      const made = await generateKey(normalized, !!extractable, usages);
      if (made.publicKey === undefined) {
        if (made.usages.length === 0) fail("SyntaxError", "A secret key needs a usage");
        return makeKey(made);
      }
      if (made.privateKey.usages.length === 0) fail("SyntaxError", "A private key needs a usage");
      return { publicKey: makeKey(made.publicKey), privateKey: makeKey(made.privateKey) };
    }

    async deriveKey(algorithm, baseKey, derivedKeyType, extractable, keyUsages) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 5, "deriveKey");
      const base = requireKey(baseKey, "SubtleCrypto.deriveKey: the base key");
      const usages = toUsages(keyUsages);
      const normalized = normalize(algorithm, "deriveBits");
      const derived = normalize(derivedKeyType, "importKey");
      const lengthOf = normalize(derivedKeyType, "getKeyLength");
      requireUse(base, normalized, "deriveKey");
      const bits = deriveBits(base, normalized, keyLength(lengthOf));
      return importChecked("raw", bits, derived, !!extractable, usages);
    }

    async deriveBits(algorithm, baseKey, length = null) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 2, "deriveBits");
      const base = requireKey(baseKey, "SubtleCrypto.deriveBits: the base key");
      const bits = length === null ? null : length >>> 0;
      const normalized = normalize(algorithm, "deriveBits");
      requireUse(base, normalized, "deriveBits");
      return bufferOf(deriveBits(base, normalized, bits));
    }

    async importKey(format, keyData, algorithm, extractable, keyUsages) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 5, "importKey");
      const as = toFormat(format);
      const usages = toUsages(keyUsages);
      const data = toKeyData(as, keyData);
      const normalized = normalize(algorithm, "importKey");
      return importChecked(as, as === "jwk" ? data : copyBytes(data), normalized, !!extractable, usages);
    }

    async exportKey(format, key) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 2, "exportKey");
      return exportChecked(toFormat(format), requireKey(key, "SubtleCrypto.exportKey: the key"));
    }

    async wrapKey(format, key, wrappingKey, wrapAlgorithm) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 4, "wrapKey");
      const as = toFormat(format);
      const slots = requireKey(key, "SubtleCrypto.wrapKey: the key");
      const wrapping = requireKey(wrappingKey, "SubtleCrypto.wrapKey: the wrapping key");
      const normalized = normalizeWrap(wrapAlgorithm, "wrapKey", "encrypt");
      requireUse(wrapping, normalized, "wrapKey");
      const exported = exportChecked(as, slots);
      const bytes = as === "jwk" ? new TextEncoder().encode(JSON.stringify(exported)) : new Uint8Array(exported);
      return bufferOf(await encryptions[normalized.name](wrapping, normalized, bytes));
    }

    async unwrapKey(format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable, keyUsages) {
      if (!(#check in this)) throw illegal();
      this.#check(arguments.length, 7, "unwrapKey");
      const as = toFormat(format);
      requireBuffer(wrappedKey, "SubtleCrypto.unwrapKey: the wrapped key");
      const unwrapping = requireKey(unwrappingKey, "SubtleCrypto.unwrapKey: the unwrapping key");
      const usages = toUsages(keyUsages);
      const normalized = normalizeWrap(unwrapAlgorithm, "unwrapKey", "decrypt");
      const algorithm = normalize(unwrappedKeyAlgorithm, "importKey");
      const wrapped = copyBytes(wrappedKey);
      requireUse(unwrapping, normalized, "unwrapKey");
      const bytes = await decryptions[normalized.name](unwrapping, normalized, wrapped);
      return importChecked(as, as === "jwk" ? parseJwk(bytes) : bytes, algorithm, !!extractable, usages);
    }
  }
  Object.defineProperty(SubtleCrypto, "length", { value: 0, configurable: true });

  // https://w3c.github.io/webcrypto/#concept-parse-a-jwk
  const parseJwk = (bytes) => {
    let value;
    try {
      value = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      fail("DataError", "The wrapped key is no JSON");
    }
    if (!isObject(value)) fail("DataError", "The wrapped key is no JSON Web Key");
    const jwk = toJwk(value);
    if (jwk.kty === undefined) fail("DataError", `The wrapped key has no "kty"`);
    return jwk;
  };

  defineInterface(CryptoKey, { global: false });
  defineInterface(SubtleCrypto, { global: false });
  return { CryptoKey, SubtleCrypto, subtle: new SubtleCrypto(secret) };
})
