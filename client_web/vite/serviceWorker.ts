import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

const SOURCE = fileURLToPath(new URL("../src/worker/serviceWorker.ts", import.meta.url));
const SHARED = fileURLToPath(new URL("../../client_shared", import.meta.url));
/** What is wanted offline. The cryptography's eight megabytes are kept when somebody has signed in. */
const KEPT = /^code\/.*\.(?:js|css|woff2)$/;

/**
 * Build the service worker after everything else: it has to know every file, and its own text has to change
 * with each of them, since that is how browsers notice a new version. One file without imports, at the root,
 * so that it may answer for all addresses.
 */
export function serviceWorker(): Plugin {
  let outDir = "dist";
  return {
    name: "parlour-service-worker",
    apply: "build",
    configResolved(config) {
      outDir = config.build.outDir;
    },
    async writeBundle(_options, bundle) {
      const page = bundle["index.html"];
      if (page === undefined) return; // the worker's own build
      const files = Object.keys(bundle)
        .filter((name) => KEPT.test(name))
        .sort();
      const text = page.type === "asset" ? page.source : page.code;
      const version = createHash("sha256").update(files.join()).update(text).digest("hex").slice(0, 16);
      await buildWorker(outDir, { version, files: files.map((name) => `/${name}`) });
    },
  };
}

async function buildWorker(outDir: string, known: object): Promise<void> {
  await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    resolve: { alias: { "@shared": SHARED } },
    define: { BUILD: JSON.stringify(known) },
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2023",
      rolldownOptions: { input: SOURCE, output: { format: "iife", entryFileNames: "sw.js" } },
    },
  });
}
