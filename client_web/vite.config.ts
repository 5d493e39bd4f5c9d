import { fileURLToPath } from "node:url";
import { constants } from "node:zlib";
import react from "@vitejs/plugin-react";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";
import { doesSomethingByItself, sdkWithoutCalls } from "./sdkWithoutCalls";
import { serviceWorker } from "./vite/serviceWorker";

/** Where `vite dev` finds a homeserver; the built client is served by one. */
const HOMESERVER = process.env.PARLOUR_URL ?? "http://127.0.0.1:8008";
const SERVED_BY_IT = ["/_matrix", "/_synapse", "/_parlour", "/.well-known", "/oauth2", "/config.json"];

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** What is always loaded together is one file: dozens of small ones are slower, and larger. */
const FILES_IN_ONE = [
  {
    name: "base",
    test: /react\/internals\/csp-context\/|\/src\/(?:state|ui\/controls\/(?!(?:Select|Tabs|Checkbox|Switch|Progress)\.)|ui\/pages|matrix\/(?:value|errors|shapes|urls|api|session|store|tabs|runner|oauth|oauthMetadata|random|signOut|open)\.|matrix\/settings\/preferences)/,
    minShareCount: 2,
    priority: 2,
  },
  { name: "chat", test: /\/src\/ui\/(?:shell|sidebar|navbar)\//, priority: 1 },
  // What only pages and dialogs need that somebody asks for.
  { name: "forms", test: /\/src\/ui\/controls\/(?:Select|Tabs|Checkbox|Switch|Progress)\./ },
];

export default defineConfig({
  plugins: [
    react(),
    serviceWorker(),
    sdkWithoutCalls(),
    compression({
      algorithms: [defineAlgorithm("gzip", { level: 9 }), defineAlgorithm("brotliCompress", BROTLI)],
      include: /\.(?:js|css|html|svg|json|wasm|webmanifest)$/,
      threshold: 1024,
    }),
  ],
  resolve: { alias: { "@shared": fileURLToPath(new URL("../client_shared", import.meta.url)) } },
  server: {
    fs: { allow: [".."] },
    proxy: Object.fromEntries(SERVED_BY_IT.map((path) => [path, { target: HOMESERVER, ws: true }])),
  },
  worker: {
    format: "es",
    plugins: () => [sdkWithoutCalls()],
    rolldownOptions: { treeshake: { moduleSideEffects: doesSomethingByItself } },
  },
  optimizeDeps: { exclude: ["@matrix-org/matrix-sdk-crypto-wasm"] },
  build: {
    target: "es2023",
    // The security policy lets no data: URL be shown, and module preloading needs no help in today's browsers.
    assetsInlineLimit: 0,
    assetsDir: "code",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      treeshake: { moduleSideEffects: doesSomethingByItself },
      output: { codeSplitting: { groups: FILES_IN_ONE } },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // For what hangs: a busy machine is no fault of a test.
    testTimeout: 100_000,
    hookTimeout: 100_000,
  },
});
