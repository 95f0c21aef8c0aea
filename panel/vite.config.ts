import { defineConfig } from "vite";

// The server's Content-Security-Policy allows files of its own only: nothing may be inlined.
export default defineConfig({
  base: "/_panel/",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
});
