import { Popover } from "@base-ui/react/popover";
import { lazy, type ReactElement, Suspense, useState } from "react";
import type { PackImage } from "../../../matrix/outbox";
import { t } from "../../../words";
import { Skeleton } from "../../controls";
import styles from "./EmojiPicker.module.css";

const EmojiPicker = lazy(() => import("./EmojiPicker"));

interface EmojiButtonProps {
  /** The control that opens it. */
  readonly children: ReactElement;
  readonly onPick: (emoji: string) => void;
  /** Offers the pictures of packs as emoji, where given. */
  readonly onPickPicture?: (image: PackImage) => void;
  /** Offers stickers, where given. */
  readonly onPickSticker?: (image: PackImage) => void;
  readonly onOpenChange?: (open: boolean) => void;
  readonly align?: "start" | "end";
  readonly open?: boolean;
}

/** A control that opens the emoji picker beside it. */
export function EmojiButton({
  children,
  onPick,
  onPickPicture,
  onPickSticker,
  onOpenChange,
  align = "end",
  open,
}: EmojiButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const change = (next: boolean): void => {
    setOpen(next);
    onOpenChange?.(next);
  };
  return (
    <Popover.Root open={open ?? isOpen} onOpenChange={change}>
      <Popover.Trigger render={children} />
      <Popover.Portal>
        <Popover.Positioner side="top" align={align} sideOffset={6} className={styles.positioner}>
          <Popover.Popup className={styles.popup} aria-label={t("main.composer.emoji")}>
            <Suspense fallback={<Skeleton rows={6} />}>
              <EmojiPicker
                onPick={(emoji) => {
                  change(false);
                  onPick(emoji);
                }}
                {...(onPickPicture && {
                  onPickPicture: (image: PackImage) => {
                    change(false);
                    onPickPicture(image);
                  },
                })}
                {...(onPickSticker && {
                  onPickSticker: (image: PackImage) => {
                    change(false);
                    onPickSticker(image);
                  },
                })}
              />
            </Suspense>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
