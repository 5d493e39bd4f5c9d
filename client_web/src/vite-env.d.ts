/// <reference types="vite/client" />

import "react";

declare module "react" {
  /** Custom properties may be set from code: through the CSSOM, which the security policy lets pass. */
  interface CSSProperties {
    [property: `--${string}`]: string | number | undefined;
  }
}
