import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useRef, useState } from "react";
import { isMessage, type TimelineItem } from "../../../matrix/timeline/values";
import { useChat } from "../../../state/ChatContext";
import { usePreferences } from "../../../state/usePreferences";
import { useShortcuts } from "../../../state/useShortcuts";
import { useValue } from "../../../state/useValue";
import { t } from "../../../words";
import { Banner, Button, ContextMenuArea, type MenuContent, Skeleton } from "../../controls";
import { useConversation } from "../Conversation";
import { messageMenu } from "../message/messageMenu";
import { Arrivals } from "./Arrivals";
import { beginsGroup, estimatedHeight } from "./groups";
import styles from "./MessageList.module.css";
import { TimelineRow } from "./TimelineRow";
import { type Going, useGoTo } from "./useGoTo";
import { useKeptPlace } from "./useKeptPlace";
import { useReadMarker } from "./useReadMarker";
import { useReveal } from "./useReveal";
import { END_PX, useStick } from "./useStick";

/** So many rows before the first that is seen, the next page is asked for. */
const AHEAD = 12;

/** The messages of a room or a thread; only those in sight are drawn, and what is in sight stays there. */
export function MessageList() {
  const { timeline, roomId } = useConversation();
  const snapshot = useValue(timeline.snapshot);
  const { items } = snapshot;
  const scroller = useRef<HTMLDivElement>(null);
  // The same functions while the items are: with others everything would be measured anew.
  const getItemKey = useCallback((index: number) => items[index]!.key, [items]);
  const estimateSize = useCallback(
    (index: number) => estimatedHeight(items[index]!, beginsGroup(items[index]!, items[index - 1])),
    [items],
  );
  // What joins a page of the past to the present comes after its end, and is nothing that arrives there.
  const wasPresent = useRef(!snapshot.hasNewer);
  useEffect(() => {
    wasPresent.current = !snapshot.hasNewer;
  });
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize,
    getItemKey,
    overscan: 6,
    anchorTo: "end",
    followOnAppend: wasPresent.current && !snapshot.hasNewer,
    scrollEndThreshold: END_PX,
    useAnimationFrameWithResizeObserver: false,
  });
  const going = useGoTo(virtual, items, scroller);
  const stick = useStick(virtual, scroller, items, !snapshot.hasNewer, going);
  const { isAtEnd } = stick;
  useKeptPlace(`${roomId} ${timeline.threadRoot ?? ""}`, virtual, items, going, stick.leave);
  const revealedKey = useReveal(going, items, stick.leave);
  useMore(virtual, items.length, snapshot.loading, going);
  useReadMarker(timeline, isAtEnd && !snapshot.hasNewer, items);
  const toEnd = (): void => {
    if (timeline.snapshot.get().hasNewer) timeline.jumpToPresent();
    requestAnimationFrame(stick.toEnd);
  };
  useShortcuts(timeline.threadRoot === null ? { jumpToNewest: toEnd } : {});
  const menu = useRowMenu(items);
  const rows = virtual.getVirtualItems();
  return (
    <div className={styles.frame}>
      {snapshot.errorWord && <LoadFailed />}
      <ContextMenuArea content={menu.content}>
        <div
          ref={scroller}
          className={styles.scroller}
          role="log"
          aria-label={t("main.timeline")}
          aria-live="off"
          aria-busy={snapshot.loading !== null}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
          tabIndex={0}
          onScroll={stick.onScroll}
          onKeyDown={moveFocus}
          onContextMenuCapture={menu.open}
        >
          {!snapshot.isLoaded && items.length === 0 ? (
            <div className={styles.waiting}>
              <Skeleton rows={8} pictures />
            </div>
          ) : (
            <div className={styles.sizer} style={{ blockSize: virtual.getTotalSize() }}>
              {rows.map((row) => {
                const item = items[row.index]!;
                return (
                  <div
                    key={row.key}
                    ref={virtual.measureElement}
                    data-index={row.index}
                    className={styles.row}
                    style={{ transform: `translateY(${row.start}px)` }}
                  >
                    <TimelineRow
                      item={item}
                      isHead={beginsGroup(item, items[row.index - 1])}
                      isRevealed={revealedKey === item.key}
                    />
                  </div>
                );
              })}
            </div>
          )}
        </div>
      </ContextMenuArea>
      <Arrivals items={items} isAtEnd={isAtEnd && !snapshot.hasNewer} toEnd={toEnd} />
    </div>
  );
}

function LoadFailed() {
  const { timeline } = useConversation();
  return (
    <div className={styles.failed}>
      <Banner
        kind="warning"
        actions={
          <Button kind="quiet" onClick={() => void timeline.loadOlder()}>
            {t("main.offline.retry")}
          </Button>
        }
      >
        {t("chat.load_failed")}
      </Banner>
    </div>
  );
}

/** Ask for the next page before its place comes into sight; nothing while somebody is on the way to a row. */
function useMore(
  virtual: Virtualizer<HTMLDivElement, Element>,
  count: number,
  loading: "older" | "newer" | null,
  going: Going,
): void {
  const { timeline, revealed } = useConversation();
  const isOnTheWay = going.isUnderWay() || revealed !== null;
  const range = virtual.range;
  const first = range?.startIndex ?? count;
  const last = range?.endIndex ?? 0;
  useEffect(() => {
    const { hasOlder, hasNewer, errorWord } = timeline.snapshot.get();
    if (count === 0 || loading !== null || errorWord || isOnTheWay || going.isUnderWay()) return;
    if (hasOlder && first <= AHEAD) void timeline.loadOlder();
    else if (hasNewer && last >= count - AHEAD) void timeline.loadNewer();
  }, [timeline, first, last, count, loading, isOnTheWay, going]);
}

/** What can be done to the row that was pressed with the right button; elsewhere the browser's own menu comes. */
function useRowMenu(items: readonly TimelineItem[]) {
  const chat = useChat();
  const conversation = useConversation();
  const { developerTools } = usePreferences();
  const [content, setContent] = useState<MenuContent>([]);
  const open = (event: MouseEvent): void => {
    const target = event.target as Element;
    const key = target.closest<HTMLElement>("article[data-key]")?.dataset.key;
    const item = items.find((each) => each.key === key);
    const isBrowsers = target.closest("a[href]") !== null || window.getSelection()?.isCollapsed === false;
    if (item === undefined || !isMessage(item) || isBrowsers) event.stopPropagation();
    else setContent(messageMenu(item, chat, conversation, developerTools));
  };
  return { content, open };
}

/** Arrow keys go from message to message. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const isOwn = event.target === event.currentTarget || (event.target as Element).matches("article");
  if (step === undefined || !isOwn || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("article")];
  const here = rows.indexOf(document.activeElement as HTMLElement);
  const next = here < 0 ? rows.at(-1) : rows[here + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
