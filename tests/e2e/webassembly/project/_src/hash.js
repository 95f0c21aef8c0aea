// A package of npm that is WebAssembly inside.
import { argon2id, blake3, createSHA256, md5, sha3, xxhash64 } from "hash-wasm";

export default {
  async fetch(request) {
    const text = await request.text();
    const streaming = await createSHA256();
    streaming.init();
    for (const unit of text) streaming.update(unit);
    return Response.json({
      md5: await md5(text),
      sha3: await sha3(text, 256),
      sha256: streaming.digest("hex"),
      blake3: await blake3(text),
      xxhash64: await xxhash64(text),
      argon2id: await argon2id({ password: text, salt: new Uint8Array(16), parallelism: 1, iterations: 2, memorySize: 64, hashLength: 16 }),
    });
  },
};
