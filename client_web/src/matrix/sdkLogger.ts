import { logger } from "matrix-js-sdk/lib/logger";

const silent = (): void => undefined;

/** What the SDK says: what goes wrong alone, for it writes thousands of lines otherwise. */
export const sdkLogger = {
  trace: silent,
  debug: silent,
  info: silent,
  warn: (...message: unknown[]) => console.warn(...message),
  error: (...message: unknown[]) => console.error(...message),
  getChild: () => sdkLogger,
};

(logger as unknown as { setLevel(level: string, persist: boolean): void }).setLevel("warn", false);
