import { defineConfig } from "vite";

/** The app: static files that the ASSETS binding serves. Nothing of it may need a policy with `unsafe-*`. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: "public",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // Where to is said by scripts/build-assets.ts.
    emptyOutDir: true,
    target: "es2023",
    // Browsers that take the app load modules ahead by themselves; the polyfill would be an inline script.
    modulePreload: { polyfill: false },
    // Icons stand in the style sheet: one request less each.
    assetsInlineLimit: 2048,
    reportCompressedSize: false,
  },
});
