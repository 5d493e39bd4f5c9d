import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";
import styles from "./Tooltip.module.css";

interface TooltipProps {
  readonly text: string;
  /** The keys that do the same, such as "Ctrl K". */
  readonly keys?: string | undefined;
  readonly side?: "top" | "bottom" | "inline-start" | "inline-end";
  /** The control that it explains. */
  readonly children: ReactElement;
}

/** A word about a control, shown on hover and focus. */
export function Tooltip({ text, keys, side = "top", children }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger delay={400} render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className={styles.positioner}>
          <Base.Popup className={styles.popup}>
            {text}
            {keys && <kbd className={styles.keys}>{keys}</kbd>}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
