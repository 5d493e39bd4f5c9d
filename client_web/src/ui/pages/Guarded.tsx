import type { ReactNode } from "react";
import { t } from "../../words";
import { Banner, Button } from "../controls";
import { ErrorBoundary } from "./ErrorBoundary";

interface GuardedProps {
  readonly children: ReactNode;
}

/** A part of a page whose breaking leaves the rest usable: a line in its place says so. */
export function Guarded({ children }: GuardedProps) {
  return (
    <ErrorBoundary
      fallback={(_error, again) => (
        <Banner
          kind="danger"
          actions={
            <Button kind="quiet" onClick={again}>
              {t("web.crash_part_again")}
            </Button>
          }
        >
          {t("web.crash_part")}
        </Banner>
      )}
    >
      {children}
    </ErrorBoundary>
  );
}
