import { Dialog as Base } from "@base-ui/react/dialog";
import { type ReactNode, useRef } from "react";
import { t } from "../../words";
import { classNames } from "./classNames";
import styles from "./Dialog.module.css";
import { IconButton } from "./IconButton";
import { useOpener } from "./useOpener";

export interface DialogProps {
  readonly open: boolean;
  /** Left out where only one of its buttons ends it. */
  readonly onClose?: (() => void) | undefined;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  /** The buttons at its foot, what it is for last. */
  readonly actions?: ReactNode;
  /** `wide` for what needs a list beside something; a dialog is narrow otherwise. */
  readonly size?: "normal" | "wide";
}

/** A question or a short task that wants an end before anything else goes on. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  actions,
  size = "normal",
}: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  const opener = useOpener(open);
  return (
    <Base.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose?.()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup
          ref={popup}
          // A field that wants to be typed into has the focus already; else nothing is pressed by chance.
          initialFocus={popup}
          finalFocus={opener}
          className={classNames(styles.popup, size === "wide" && styles.wide)}
        >
          <header className={styles.header}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            {onClose && <IconButton small icon="x" label={t("control.close")} onClick={onClose} />}
          </header>
          {description && <Base.Description className={styles.description}>{description}</Base.Description>}
          {children && <div className={styles.body}>{children}</div>}
          {actions && <footer className={styles.actions}>{actions}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
