// Which algorithms there are, and the parameters of each.
// https://w3c.github.io/webcrypto/#algorithm-normalization
(function (internals) {
  "use strict";

  const { enforceRange, copyBytes, requireObject } = internals.use("webidl");

  const required = (convert) => ({ convert, required: true });
  const optional = (convert) => ({ convert, required: false });
  const octet = (value, what) => enforceRange(value, 255, what);
  const short = (value, what) => enforceRange(value, 65535, what);
  const long = (value, what) => enforceRange(value, 0xffffffff, what);
  const text = (value) => `${value}`;
  const bytes = (value, what) => copyBytes(value, what);
  const bigInteger = (value, what) => {
    if (!(value instanceof Uint8Array)) throw new TypeError(`${what} must be a Uint8Array`);
    return copyBytes(value, what);
  };
  const hash = (value) => normalize(value, "digest");
  const key = (value, what) => {
    if (!internals.isCryptoKey(value)) throw new TypeError(`${what} must be a CryptoKey`);
    return value;
  };

  // Members in the order in which WebIDL reads them: by name.
  const none = {};
  const aesLength = { length: required(short) };
  const curve = { namedCurve: required(text) };
  const hashed = { hash: required(hash) };
  const rsaGenerate = { modulusLength: required(long), publicExponent: required(bigInteger), ...hashed };
  const rsaOrder = { hash: rsaGenerate.hash, modulusLength: rsaGenerate.modulusLength,
    publicExponent: rsaGenerate.publicExponent };
  const hmac = { hash: required(hash), length: optional(long) };
  const hkdf = { hash: required(hash), info: required(bytes), salt: required(bytes) };
  const pbkdf2 = { hash: required(hash), iterations: required(long), salt: required(bytes) };
  const agree = { public: required(key) };
  const cbc = { iv: required(bytes) };
  const ctr = { counter: required(bytes), length: required(octet) };
  const gcm = { additionalData: optional(bytes), iv: required(bytes), tagLength: optional(octet) };
  const oaep = { label: optional(bytes) };

  const hashes = { "SHA-1": none, "SHA-256": none, "SHA-384": none, "SHA-512": none };
  const registered = {
    digest: hashes,
    encrypt: { "RSA-OAEP": oaep, "AES-CTR": ctr, "AES-CBC": cbc, "AES-GCM": gcm },
    decrypt: { "RSA-OAEP": oaep, "AES-CTR": ctr, "AES-CBC": cbc, "AES-GCM": gcm },
    sign: { "RSASSA-PKCS1-v1_5": none, "RSA-PSS": { saltLength: required(long) }, ECDSA: hashed,
      HMAC: none, Ed25519: none },
    verify: { "RSASSA-PKCS1-v1_5": none, "RSA-PSS": { saltLength: required(long) }, ECDSA: hashed,
      HMAC: none, Ed25519: none },
    generateKey: { "RSASSA-PKCS1-v1_5": rsaOrder, "RSA-PSS": rsaOrder, "RSA-OAEP": rsaOrder,
      ECDSA: curve, ECDH: curve, HMAC: hmac, "AES-CTR": aesLength, "AES-CBC": aesLength,
      "AES-GCM": aesLength, "AES-KW": aesLength, Ed25519: none, X25519: none },
    importKey: { "RSASSA-PKCS1-v1_5": hashed, "RSA-PSS": hashed, "RSA-OAEP": hashed, ECDSA: curve,
      ECDH: curve, HMAC: hmac, "AES-CTR": none, "AES-CBC": none, "AES-GCM": none, "AES-KW": none,
      HKDF: none, PBKDF2: none, Ed25519: none, X25519: none },
    deriveBits: { ECDH: agree, X25519: agree, HKDF: hkdf, PBKDF2: pbkdf2 },
    getKeyLength: { HMAC: hmac, "AES-CTR": aesLength, "AES-CBC": aesLength, "AES-GCM": aesLength,
      "AES-KW": aesLength, HKDF: none, PBKDF2: none },
    wrapKey: { "AES-KW": none },
    unwrapKey: { "AES-KW": none },
  };
  registered.exportKey = registered.importKey;

  const find = (algorithms, name) => {
    const wanted = name.toUpperCase();
    for (const known of Object.keys(algorithms)) if (known.toUpperCase() === wanted) return known;
    throw new DOMException(`The algorithm "${name}" is not supported here`, "NotSupportedError");
  };

  const normalize = (algorithm, operation) => {
    if (typeof algorithm !== "object" && typeof algorithm !== "function" || algorithm === null) {
      algorithm = { name: `${algorithm}` };
    }
    const given = algorithm.name;
    if (given === undefined) throw new TypeError("The algorithm has no name");
    const name = find(registered[operation], `${given}`);
    const members = registered[operation][name];
    const result = { name };
    for (const member of Object.keys(members)) {
      const value = algorithm[member];
      const what = `${name}: ${member}`;
      if (value !== undefined) result[member] = members[member].convert(value, what);
      else if (members[member].required) throw new TypeError(`${what} is missing`);
    }
    return result;
  };

  return { normalize, requireObject };
})
