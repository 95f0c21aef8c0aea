import { sveltekit } from "@sveltejs/kit/vite";

// Everything is in the server's modules: the worker's project has no node_modules.
export default { plugins: [sveltekit()], ssr: { noExternal: true } };
