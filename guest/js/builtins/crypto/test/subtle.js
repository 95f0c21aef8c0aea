const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const text = (string) => new TextEncoder().encode(string);
const data = text("a message");

test("digest hashes", async () => {
  same(hex(await crypto.subtle.digest("sha-256", text("abc"))),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  same((await crypto.subtle.digest("SHA-1", new Uint8Array(3000000))).byteLength, 20);
});

test("what is encrypted with AES is decrypted again", async () => {
  for (const algorithm of [{ name: "AES-CBC", iv: new Uint8Array(16) }, { name: "AES-GCM", iv: new Uint8Array(12) },
    { name: "AES-CTR", counter: new Uint8Array(16).fill(255), length: 8 }]) {
    const key = await crypto.subtle.generateKey({ name: algorithm.name, length: 256 }, true, ["encrypt", "decrypt"]);
    const secret = await crypto.subtle.encrypt(algorithm, key, data);
    same(new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, secret)), "a message");
  }
});

test("every pair of keys signs, verifies and survives every format", async () => {
  const rsa = { modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
  for (const [algorithm, use] of [[{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-384" }],
    [{ name: "Ed25519" }, "Ed25519"], [{ name: "RSA-PSS", ...rsa }, { name: "RSA-PSS", saltLength: 16 }],
    [{ name: "RSASSA-PKCS1-v1_5", ...rsa }, "RSASSA-PKCS1-v1_5"]]) {
    const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    for (const format of ["pkcs8", "jwk"]) {
      const exported = await crypto.subtle.exportKey(format, privateKey);
      const key = await crypto.subtle.importKey(format, exported, algorithm, true, ["sign"]);
      const signature = await crypto.subtle.sign(use, key, data);
      for (const open of ["spki", "jwk"]) {
        const again = await crypto.subtle.importKey(open, await crypto.subtle.exportKey(open, publicKey), algorithm, true, ["verify"]);
        same(await crypto.subtle.verify(use, again, signature, data), true);
        same(await crypto.subtle.verify(use, again, signature, text("another")), false);
      }
    }
  }
});

test("bits are derived, by PBKDF2 in many steps", async () => {
  const key = await crypto.subtle.importKey("raw", text("password"), "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-1", salt: text("salt"), iterations: 10000 };
  const longer = hex(await crypto.subtle.deriveBits(algorithm, key, 256));
  same(hex(await crypto.subtle.deriveBits(algorithm, key, 160)), longer.slice(0, 40));
  const once = { ...algorithm, iterations: 4096 };
  same(hex(await crypto.subtle.deriveBits(once, key, 160)), "4b007901b765489abead49d926f721d065a429c1");
});

test("two keys agree", async () => {
  for (const algorithm of [{ name: "ECDH", namedCurve: "P-521" }, { name: "X25519" }]) {
    const a = await crypto.subtle.generateKey(algorithm, false, ["deriveBits"]);
    const b = await crypto.subtle.generateKey(algorithm, false, ["deriveBits"]);
    const ab = await crypto.subtle.deriveBits({ name: algorithm.name, public: b.publicKey }, a.privateKey, 256);
    const ba = await crypto.subtle.deriveBits({ name: algorithm.name, public: a.publicKey }, b.privateKey, 256);
    same(hex(ab), hex(ba));
  }
});

test("a key is wrapped and unwrapped", async () => {
  const wrapping = await crypto.subtle.generateKey({ name: "AES-KW", length: 128 }, false, ["wrapKey", "unwrapKey"]);
  const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
  const wrapped = await crypto.subtle.wrapKey("raw", key, wrapping, "AES-KW");
  const again = await crypto.subtle.unwrapKey("raw", wrapped, wrapping, "AES-KW", { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
  same(hex(await crypto.subtle.exportKey("raw", again)), hex(await crypto.subtle.exportKey("raw", key)));
});

test("misuse is refused by name", async () => {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, false, ["encrypt"]);
  const refused = async (promise) => promise.then(() => "nothing", (error) => error.name);
  same(await refused(crypto.subtle.exportKey("raw", key)), "InvalidAccessError");
  same(await refused(crypto.subtle.decrypt({ name: "AES-GCM", iv: data }, key, data)), "InvalidAccessError");
  same(await refused(crypto.subtle.digest("MD5", data)), "NotSupportedError");
  same(await refused(crypto.subtle.importKey("raw", data, "AES-GCM", true, ["encrypt"])), "DataError");
  same(await refused(crypto.subtle.generateKey({ name: "AES-GCM", length: 100 }, true, ["encrypt"])), "OperationError");
  same(await refused(crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["sign"])), "SyntaxError");
});
