import { ContextMenu } from "@base-ui/react/context-menu";
import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement } from "react";
import { classNames } from "./classNames";
import styles from "./Floating.module.css";
import { Icon } from "./Icon";

/** One thing that a menu offers. */
export interface MenuEntry {
  readonly label: string;
  readonly icon?: string;
  readonly keys?: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly checked?: boolean;
  /** What it opens beside itself, instead of doing something. */
  readonly submenu?: MenuContent;
  readonly onSelect?: () => void;
}

/** What a menu shows: entries, and lines between groups of them. */
export type MenuContent = readonly (MenuEntry | "separator")[];

/** What a menu shows; a function is asked when it is opened. */
type LaterContent = MenuContent | (() => MenuContent);

interface MenuProps {
  /** The control that opens it; it brings its own accessible name. */
  readonly trigger: ReactElement;
  readonly content: LaterContent;
  readonly side?: "top" | "bottom" | "inline-start" | "inline-end";
  readonly align?: "start" | "end" | "center";
  readonly onOpenChange?: (open: boolean) => void;
}

/** A list of acts that a button opens. */
export function Menu({ trigger, content, side = "bottom", align = "start", onOpenChange }: MenuProps) {
  return (
    <Base.Root {...(onOpenChange && { onOpenChange })}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={4} className={styles.positioner}>
          <Base.Popup className={styles.popup}>
            <MenuItems content={content} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface ContextMenuAreaProps {
  /** What is pressed with the right button, or long. */
  readonly children: ReactElement;
  readonly content: MenuContent;
}

/** A list of acts where the pointer is, on what it was asked for. */
export function ContextMenuArea({ children, content }: ContextMenuAreaProps) {
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger render={children} />
      <ContextMenu.Portal>
        <ContextMenu.Positioner className={styles.positioner}>
          <ContextMenu.Popup className={styles.popup}>
            <MenuItems content={content} />
          </ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

function MenuItems({ content }: { readonly content: LaterContent }) {
  const entries = typeof content === "function" ? content() : content;
  return entries.map((entry, index) =>
    entry === "separator" ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a line has nothing else to be known by
      <Base.Separator key={index} className={styles.separator} />
    ) : entry.submenu ? (
      <Submenu key={entry.label} entry={entry} content={entry.submenu} />
    ) : (
      <Base.Item
        key={entry.label}
        className={classNames(styles.item, entry.danger && styles.danger)}
        disabled={entry.disabled ?? false}
        {...(entry.onSelect && { onClick: entry.onSelect })}
      >
        {entry.icon && <Icon name={entry.icon} size="small" />}
        <span className={styles.grow}>{entry.label}</span>
        {entry.checked && <Icon name="check" size="small" />}
        {entry.keys && <kbd className={styles.keys}>{entry.keys}</kbd>}
      </Base.Item>
    ),
  );
}

function Submenu({ entry, content }: { readonly entry: MenuEntry; readonly content: MenuContent }) {
  return (
    <Base.SubmenuRoot>
      <Base.SubmenuTrigger className={styles.item} disabled={entry.disabled ?? false}>
        {entry.icon && <Icon name={entry.icon} size="small" />}
        <span className={styles.grow}>{entry.label}</span>
        <Icon name="chevron-right" size="small" />
      </Base.SubmenuTrigger>
      <Base.Portal>
        <Base.Positioner className={styles.positioner}>
          <Base.Popup className={styles.popup}>
            <MenuItems content={content} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.SubmenuRoot>
  );
}
