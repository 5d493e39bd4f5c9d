import { useEffect, useRef, useState } from "react";
import { isMessage, type MessageItem, type TimelineItem } from "../../../matrix/timeline/values";
import { t } from "../../../words";
import { spokenText } from "../message/spokenText";

interface Arrivals {
  /** Messages of others that came while the end was out of sight. */
  readonly count: number;
  /** The newest of them, for who listens. */
  readonly spoken: string;
}

/** Follow what others write while the list is open. */
export function useArrivals(items: readonly TimelineItem[], isAtEnd: boolean): Arrivals {
  const [arrivals, setArrivals] = useState<Arrivals>({ count: 0, spoken: "" });
  const last = useRef<string | undefined>(undefined);
  useEffect(() => {
    const before = last.current;
    last.current = items.at(-1)?.key;
    if (before === undefined) return;
    const place = items.findLastIndex((item) => item.key === before);
    if (place < 0 || place === items.length - 1) return;
    const news = items.slice(place + 1).filter((item): item is MessageItem => isMessage(item) && !item.isOwn);
    const newest = news.at(-1);
    if (newest === undefined) return;
    const words = spokenText(newest);
    setArrivals((now) => ({
      count: isAtEnd ? 0 : now.count + news.length,
      spoken: t("chat.said", newest.sender.name, words.slice(0, 200)),
    }));
  }, [items, isAtEnd]);
  useEffect(() => {
    if (isAtEnd) setArrivals((now) => (now.count === 0 ? now : { ...now, count: 0 }));
  }, [isAtEnd]);
  return isAtEnd ? { ...arrivals, count: 0 } : arrivals;
}
