import type { ReactNode } from "react";
import { errorWords } from "../../matrix/errors";
import type { Loaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Banner, Button, Skeleton } from "../controls";

interface LoadedViewProps<T> {
  readonly of: Loaded<T>;
  /** How many rows are expected. */
  readonly rows?: number;
  readonly children: (value: T) => ReactNode;
}

/** What was asked for; until it is there its shape, and what went wrong with the next step. */
export function LoadedView<T>({ of: loaded, rows = 4, children }: LoadedViewProps<T>) {
  return (
    <>
      {loaded.error !== undefined && (
        <Banner
          kind="danger"
          actions={
            <Button busy={loaded.isLoading} onClick={() => void loaded.reload()}>
              {t("admin.tryAgain")}
            </Button>
          }
        >
          {errorWords(loaded.error)}
        </Banner>
      )}
      {loaded.value !== undefined
        ? children(loaded.value)
        : loaded.error === undefined && <Skeleton rows={rows} />}
    </>
  );
}
