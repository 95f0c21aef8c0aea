import { manifest } from "./_server/manifest.js";
import { Server } from "./_server/index.js";

const server = new Server(manifest);
await server.init({ env: {} });

export default {
  fetch: (request) => server.respond(request, { getClientAddress: () => "" }),
};
