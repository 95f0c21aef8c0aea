// Keys: their formats, and what is made of them. https://w3c.github.io/webcrypto/#algorithms
//
// A key's bytes: of a secret one as they are, of a private one PKCS #8, of a public one
// SubjectPublicKeyInfo.
(function (internals) {
  "use strict";

  const { crypto, compute } = internals;
  const GENERATE = 1, READ_PUBLIC = 2, READ_PRIVATE = 3, PUBLIC_OF = 4, PUBLIC_PARTS = 5, PRIVATE_PARTS = 6,
    PUBLIC_FROM = 7, PRIVATE_FROM = 8, FROM_POINT = 9, POINT = 10;
  const RSA = 1;
  const hashNumbers = { "SHA-1": 1, "SHA-256": 2, "SHA-384": 3, "SHA-512": 4 };
  const hashSuffix = { "SHA-1": "1", "SHA-256": "256", "SHA-384": "384", "SHA-512": "512" };
  const blockBits = { "SHA-1": 512, "SHA-256": 512, "SHA-384": 1024, "SHA-512": 1024 };
  const curves = {
    "P-256": { kind: 2, size: 32 }, "P-384": { kind: 3, size: 48 }, "P-521": { kind: 4, size: 66 },
  };
  const octetKinds = { Ed25519: 5, X25519: 6 };

  const fail = (name, text) => { throw new DOMException(text, name); };
  const dataOf = (result) => (typeof result === "string" ? fail("DataError", result) : result);
  const outcomeOf = (result) => (typeof result === "string" ? fail("OperationError", result) : result);

  // ---- base64url, https://www.rfc-editor.org/rfc/rfc7515#appendix-C ----

  const toText = (bytes) => {
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) {
      text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    }
    return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  };
  const fromText = (text, what) => {
    if (typeof text !== "string" || !/^[\w-]*$/.test(text) || text.length % 4 === 1) {
      fail("DataError", `The key's "${what}" is not base64url`);
    }
    const decoded = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = new Uint8Array(decoded.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = decoded.charCodeAt(i);
    return bytes;
  };

  const partsOf = (result) => {
    const view = new DataView(result.buffer, result.byteOffset, result.byteLength);
    const parts = [];
    for (let at = 4; at < result.length;) {
      const size = view.getUint32(at, true);
      parts.push(result.slice(at + 4, at + 4 + size));
      at += 4 + size;
    }
    return parts;
  };

  // ---- usages ----

  // The last four are of algorithms that are not there: https://wicg.github.io/webcrypto-modern-algos/
  const usageNames = ["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey",
    "encapsulateKey", "encapsulateBits", "decapsulateKey", "decapsulateBits"];
  const pick = (usages, allowed) => usageNames.filter((name) => allowed.includes(name) && usages.includes(name));
  const checkUsages = (usages, allowed) => {
    for (const usage of usages) {
      if (!allowed.includes(usage)) fail("SyntaxError", `A key of this kind cannot be used to "${usage}"`);
    }
  };
  // What a public and a private key may be used for.
  const pairUsages = {
    "RSASSA-PKCS1-v1_5": [["verify"], ["sign"]], "RSA-PSS": [["verify"], ["sign"]],
    "RSA-OAEP": [["encrypt", "wrapKey"], ["decrypt", "unwrapKey"]],
    ECDSA: [["verify"], ["sign"]], Ed25519: [["verify"], ["sign"]],
    ECDH: [[], ["deriveKey", "deriveBits"]], X25519: [[], ["deriveKey", "deriveBits"]],
  };
  const aesUsages = (name) =>
    (name === "AES-KW" ? ["wrapKey", "unwrapKey"] : ["encrypt", "decrypt", "wrapKey", "unwrapKey"]);

  // ---- JSON Web Keys ----

  const jwkUse = {
    "RSASSA-PKCS1-v1_5": "sig", "RSA-PSS": "sig", "RSA-OAEP": "enc", ECDSA: "sig", Ed25519: "sig",
    ECDH: "enc", X25519: "enc", HMAC: "sig",
  };
  const rsaAlg = (name, hash) => ({
    "RSASSA-PKCS1-v1_5": `RS${hashSuffix[hash]}`, "RSA-PSS": `PS${hashSuffix[hash]}`,
    "RSA-OAEP": hash === "SHA-1" ? "RSA-OAEP" : `RSA-OAEP-${hashSuffix[hash]}`,
  })[name];

  const checkJwk = (jwk, kty, name, extractable, usages) => {
    if (jwk.kty !== kty) fail("DataError", `The key's "kty" must be "${kty}"`);
    const use = jwkUse[name] ?? "enc";
    if (usages.length !== 0 && jwk.use !== undefined && jwk.use !== use) {
      fail("DataError", `The key's "use" must be "${use}"`);
    }
    if (jwk.key_ops !== undefined) {
      if (new Set(jwk.key_ops).size !== jwk.key_ops.length) fail("DataError", `The key's "key_ops" has one twice`);
      for (const usage of usages) {
        if (!jwk.key_ops.includes(usage)) fail("DataError", `The key's "key_ops" lacks "${usage}"`);
      }
    }
    if (jwk.ext === false && extractable) fail("DataError", "The key is not extractable");
  };

  const checkAlg = (jwk, alg) => {
    if (jwk.alg !== undefined && jwk.alg !== alg) fail("DataError", `The key's "alg" must be "${alg}"`);
  };

  // ---- symmetric keys ----

  const importSecret = (format, data) => {
    if (format !== "raw" && format !== "jwk") fail("NotSupportedError", `A secret key has no format "${format}"`);
    return format === "raw" ? data : null;
  };

  const importAes = (format, data, { name }, extractable, usages) => {
    checkUsages(usages, aesUsages(name));
    let bytes = importSecret(format, data);
    if (bytes === null) {
      if (data.kty !== "oct") fail("DataError", `The key's "kty" must be "oct"`);
      bytes = fromText(data.k, "k");
    }
    const bits = bytes.length * 8;
    if (![128, 192, 256].includes(bits)) fail("DataError", "An AES key has 128, 192 or 256 bits");
    if (format === "jwk") {
      checkAlg(data, `A${bits}${name.slice(4)}`);
      checkJwk(data, "oct", name, extractable, usages);
    }
    return { type: "secret", algorithm: { name, length: bits }, usages, bytes };
  };

  const importHmac = (format, data, { name, hash, length }, extractable, usages) => {
    checkUsages(usages, ["sign", "verify"]);
    let bytes = importSecret(format, data);
    if (bytes === null) {
      if (data.kty !== "oct") fail("DataError", `The key's "kty" must be "oct"`);
      bytes = fromText(data.k, "k");
      checkAlg(data, `HS${hashSuffix[hash.name]}`);
      checkJwk(data, "oct", name, extractable, usages);
    }
    let bits = bytes.length * 8;
    if (bits === 0) fail("DataError", "An HMAC key is not empty");
    if (length !== undefined) {
      if (length > bits || length <= bits - 8) fail("DataError", `The key has not ${length} bits`);
      bits = length;
    }
    return { type: "secret", algorithm: { name, hash: { name: hash.name }, length: bits }, usages, bytes };
  };

  const importMaterial = (format, data, { name }, extractable, usages) => {
    if (format !== "raw") fail("NotSupportedError", `A key of ${name} has the format "raw" only`);
    checkUsages(usages, ["deriveKey", "deriveBits"]);
    if (extractable) fail("SyntaxError", `A key of ${name} cannot be extractable`);
    return { type: "secret", algorithm: { name }, usages, bytes: data };
  };

  const exportSecret = (format, { algorithm, usages, extractable, bytes }) => {
    if (format === "raw") return bytes.slice().buffer;
    if (format !== "jwk") fail("NotSupportedError", `A secret key has no format "${format}"`);
    const alg = algorithm.name === "HMAC" ? `HS${hashSuffix[algorithm.hash.name]}`
      : `A${algorithm.length}${algorithm.name.slice(4)}`;
    return { kty: "oct", k: toText(bytes), alg, key_ops: usages, ext: extractable };
  };

  // ---- pairs: what differs between RSA, the curves and Curve25519 ----

  const rsa = {
    kind: () => RSA,
    names: ["n", "e", "d", "p", "q", "dp", "dq", "qi"],
    publicCount: 2,
    kty: "RSA",
    hasRaw: false,
    check() {},
    order: (parts) => parts,
    algorithm({ name, hash }, parts) {
      const modulus = parts[0];
      const modulusLength = modulus.length * 8 - Math.clz32(modulus[0]) + 24;
      return { name, modulusLength, publicExponent: parts[1], hash: { name: hash.name } };
    },
    checkJwk(jwk, { name, hash }) {
      if (jwk.oth !== undefined) fail("NotSupportedError", "RSA keys of more than two primes are not supported");
      checkAlg(jwk, rsaAlg(name, hash.name));
    },
    toJwk: ({ name, hash }) => ({ alg: rsaAlg(name, hash.name) }),
  };

  const curve = {
    kind: ({ namedCurve }) => curves[namedCurve].kind,
    names: ["x", "y", "d"],
    publicCount: 2,
    kty: "EC",
    hasRaw: true,
    check({ namedCurve }, error) {
      if (!Object.hasOwn(curves, namedCurve)) fail(error, `The curve "${namedCurve}" is not supported here`);
    },
    order: (parts) => parts,
    algorithm: ({ name, namedCurve }) => ({ name, namedCurve }),
    checkJwk(jwk, { name, namedCurve }) {
      if (jwk.crv !== namedCurve) fail("DataError", `The key's "crv" must be "${namedCurve}"`);
      const algs = { "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" };
      if (name === "ECDSA") checkAlg(jwk, algs[namedCurve]);
    },
    toJwk: ({ namedCurve }) => ({ crv: namedCurve }),
  };

  const octets = {
    kind: ({ name }) => octetKinds[name],
    names: ["x", "d"],
    publicCount: 1,
    kty: "OKP",
    hasRaw: true,
    check() {},
    order: (parts) => parts,
    algorithm: ({ name }) => ({ name }),
    checkJwk(jwk, { name }) {
      if (jwk.crv !== name) fail("DataError", `The key's "crv" must be "${name}"`);
      if (name === "Ed25519" && jwk.alg !== undefined && jwk.alg !== "Ed25519" && jwk.alg !== "EdDSA") {
        fail("DataError", `The key's "alg" must be "Ed25519" or "EdDSA"`);
      }
    },
    toJwk: ({ name }) => (name === "Ed25519" ? { alg: name, crv: name } : { crv: name }),
  };

  const families = {
    "RSASSA-PKCS1-v1_5": rsa, "RSA-PSS": rsa, "RSA-OAEP": rsa, ECDSA: curve, ECDH: curve,
    Ed25519: octets, X25519: octets,
  };

  const readJwk = (family, jwk, kind, secret) => {
    const count = secret ? family.names.length : family.publicCount;
    const parts = family.names.slice(0, count).map((name) => {
      if (jwk[name] === undefined) fail("DataError", `The key's "${name}" is missing`);
      return fromText(jwk[name], name);
    });
    return dataOf(crypto(secret ? PRIVATE_FROM : PUBLIC_FROM, kind, 0, 0, ...parts));
  };

  const importPair = (format, data, algorithm, extractable, usages) => {
    const { name } = algorithm;
    const family = families[name];
    const [forPublic, forPrivate] = pairUsages[name];
    const secret = format === "pkcs8" || format === "jwk" && data.d !== undefined;
    if (format === "raw" && !family.hasRaw) fail("NotSupportedError", `A key of ${name} has no format "raw"`);
    // The order of the steps differs between algorithms; usages come first in all but raw ones of curves.
    if (format === "raw" && family === curve) family.check(algorithm, "DataError");
    checkUsages(usages, secret ? forPrivate : forPublic);
    if (format === "jwk") {
      checkJwk(data, family.kty, name, extractable, usages);
      family.check(algorithm, "DataError");
      family.checkJwk(data, algorithm);
    }
    family.check(algorithm, "DataError");
    const kind = family.kind(algorithm);
    let bytes;
    if (format === "jwk") bytes = readJwk(family, data, kind, secret);
    else if (format === "raw") bytes = dataOf(crypto(FROM_POINT, kind, 0, 0, data));
    else bytes = dataOf(crypto(secret ? READ_PRIVATE : READ_PUBLIC, kind, 0, 0, data));
    return finishPair(family, algorithm, secret, usages, bytes);
  };

  const finishPair = (family, algorithm, secret, usages, bytes) => {
    let parts = null;
    if (family === rsa) {
      parts = partsOf(dataOf(crypto(secret ? PRIVATE_PARTS : PUBLIC_PARTS, RSA, 0, 0, bytes)));
    }
    return { type: secret ? "private" : "public", algorithm: family.algorithm(algorithm, parts), usages, bytes };
  };

  const exportPair = (format, { type, algorithm, usages, extractable, bytes }) => {
    const family = families[algorithm.name];
    const kind = family.kind(algorithm);
    const secret = type === "private";
    const wrongType = () => fail("InvalidAccessError", `A ${type} key has no format "${format}"`);
    switch (format) {
      case "pkcs8": return secret ? bytes.slice().buffer : wrongType();
      case "spki": return secret ? wrongType() : bytes.slice().buffer;
      case "raw":
        if (!family.hasRaw) fail("NotSupportedError", `A key of ${algorithm.name} has no format "raw"`);
        return secret ? wrongType() : outcomeOf(crypto(POINT, kind, 0, 0, bytes)).buffer;
      default: {
        const jwk = { kty: family.kty, ...family.toJwk(algorithm) };
        const parts = partsOf(outcomeOf(crypto(secret ? PRIVATE_PARTS : PUBLIC_PARTS, kind, 0, 0, bytes)));
        parts.forEach((part, i) => { jwk[family.names[i]] = toText(part); });
        return { ...jwk, key_ops: usages, ext: extractable };
      }
    }
  };

  // ---- all ----

  const importers = {
    HMAC: importHmac, HKDF: importMaterial, PBKDF2: importMaterial, "AES-CTR": importAes, "AES-CBC": importAes,
    "AES-GCM": importAes, "AES-KW": importAes,
  };
  const importKey = (format, data, algorithm, extractable, usages) => {
    const importer = importers[algorithm.name] ?? importPair;
    const key = importer(format, data, algorithm, extractable, usages);
    return { ...key, usages: pick(usages, usageNames), extractable };
  };

  const exportKey = (format, key) => (key.type === "secret" ? exportSecret(format, key) : exportPair(format, key));

  const generateSecret = ({ name, length, hash }, usages) => {
    const isHmac = name === "HMAC";
    checkUsages(usages, isHmac ? ["sign", "verify"] : aesUsages(name));
    if (isHmac && length === undefined) length = blockBits[hash.name];
    if (isHmac ? length === 0 : ![128, 192, 256].includes(length)) {
      fail("OperationError", `There are no keys of ${length} bits for ${name}`);
    }
    const bytes = new Uint8Array(Math.ceil(length / 8));
    internals.fillRandom(bytes);
    if (length % 8 !== 0) bytes[bytes.length - 1] &= 0xff << (8 - length % 8);
    return { type: "secret", algorithm: isHmac ? { name, hash: { name: hash.name }, length } : { name, length },
      usages: pick(usages, usageNames), bytes };
  };

  const generatePair = async (algorithm, extractable, usages) => {
    const { name } = algorithm;
    const family = families[name];
    const [forPublic, forPrivate] = pairUsages[name];
    checkUsages(usages, [...forPublic, ...forPrivate]);
    family.check(algorithm, "NotSupportedError");
    const kind = family.kind(algorithm);
    const secret = outcomeOf(family === rsa
      ? await compute(GENERATE, kind, algorithm.modulusLength, 0, algorithm.publicExponent)
      : crypto(GENERATE, kind, 0, 0));
    const open = outcomeOf(crypto(PUBLIC_OF, kind, 0, 0, secret));
    return {
      publicKey: { ...finishPair(family, algorithm, false, pick(usages, forPublic), open), extractable: true },
      privateKey: { ...finishPair(family, algorithm, true, pick(usages, forPrivate), secret), extractable },
    };
  };

  const generateKey = (algorithm, extractable, usages) => (Object.hasOwn(families, algorithm.name)
    ? generatePair(algorithm, extractable, usages)
    : { ...generateSecret(algorithm, usages), extractable });

  // https://w3c.github.io/webcrypto/#dfn-get-key-length
  const keyLength = ({ name, length, hash }) => {
    if (name === "HKDF" || name === "PBKDF2") return null;
    if (name === "HMAC") {
      if (length === 0) throw new TypeError("The length of an HMAC key is not 0");
      return length ?? blockBits[hash.name];
    }
    if (![128, 192, 256].includes(length)) fail("OperationError", "An AES key has 128, 192 or 256 bits");
    return length;
  };

  const kindOf = (algorithm) => families[algorithm.name].kind(algorithm);

  return { importKey, exportKey, generateKey, keyLength, kindOf, hashNumbers, usageNames, fail, outcomeOf };
})
