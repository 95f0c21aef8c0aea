import { writeFileSync } from "node:fs";

// The adapter: files for clients go to public, the server's modules to _server, where the worker
// imports them.
const adapter = {
  name: "wws",
  adapt(builder) {
    builder.writeClient("../public");
    builder.writePrerendered("../public");
    builder.writeServer("../_server");
    writeFileSync("../_server/manifest.js", `export const manifest = ${builder.generateManifest({ relativePath: "./" })};\n`);
  },
};

export default { kit: { adapter } };
