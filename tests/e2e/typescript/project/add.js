import bytes from "./_add.wasm";

export default {
  fetch: () => Response.json({ type: bytes.constructor.name, size: bytes.length, magic: [...bytes.subarray(0, 4)] }),
};
