import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** Parts of the SDK that this client has no use for: calls, widgets, sliding sync. They are two fifths of it. */
const UNUSED =
  /matrix-js-sdk\/lib\/(?:webrtc\/(?:call|callEventHandler|groupCall|groupCallEventHandler|mediaHandler|callFeed)|matrixrtc\/MatrixRTCSessionManager|embedded|sliding-sync-sdk)\.js$/;
const INSTEAD = fileURLToPath(new URL("src/matrix/sdkInstead.ts", import.meta.url));
const EVENTS_SDK = fileURLToPath(new URL("src/matrix/eventsSdkInstead.ts", import.meta.url));
const HOMOGLYPHS = fileURLToPath(new URL("src/matrix/homoglyphs.ts", import.meta.url));

/**
 * Build the SDK without what is not used. Its entry for browsers puts all of itself into a global, so the module
 * behind that is taken; what it makes at once, but only to be there for calls, is put in by something empty; and a table of letters is
 * loaded as the data that it is.
 */
export function sdkWithoutCalls(): Plugin {
  return {
    name: "sdk-without-calls",
    enforce: "pre",
    apply: "build",
    async resolveId(source, importer, options) {
      if (source === "matrix-js-sdk") return this.resolve("matrix-js-sdk/lib/matrix.js", importer, options);
      if (source === "unhomoglyph") return HOMOGLYPHS;
      if (source === "matrix-events-sdk") return EVENTS_SDK;
      if (!importer?.includes("matrix-js-sdk/lib/") || !source.startsWith(".")) return null;
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      return found !== null && UNUSED.test(found.id.replaceAll("\\", "/")) ? INSTEAD : null;
    },
  };
}

/** Whether loading a module does something by itself; nothing in these does. */
export function doesSomethingByItself(id: string): boolean {
  return !/node_modules\/(?:matrix-js-sdk|matrix-widget-api|sdp-transform)\/|\/src\/ui\/controls\/index\.ts$/.test(
    id.replaceAll("\\", "/"),
  );
}
