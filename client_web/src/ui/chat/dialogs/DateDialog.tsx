import { useState } from "react";
import { useChat, useClient } from "../../../state/ChatContext";
import { readersLocale, t } from "../../../words";
import { classNames, Dialog, IconButton } from "../../controls";
import { useDialog } from "../../dialogs/useDialog";
import { act } from "../../shell/act";
import styles from "./dialogs.module.css";

/** Choose a day, and go to the first message of it. */
export default function DateDialog() {
  const { timelines } = useClient();
  const { openRoom } = useChat();
  const { close, text } = useDialog();
  const [month, setMonth] = useState(() => startOfMonth(new Date()));
  const go = async (day: Date): Promise<void> => {
    const timeline = timelines.open(text("roomId"));
    const isThere = await act(async () => openRoom(text("roomId"), await timeline.jumpToDate(day.getTime())));
    timeline.close();
    if (isThere) close();
  };
  return (
    <Dialog open onClose={close} title={t("main.date.title")}>
      <div className={styles.month}>
        <IconButton
          icon="chevron-left"
          label={t("main.date.earlier")}
          onClick={() => setMonth(addMonths(month, -1))}
        />
        <span aria-live="polite">{named(month, { month: "long", year: "numeric" })}</span>
        <IconButton
          icon="chevron-right"
          label={t("main.date.later")}
          disabled={addMonths(month, 1) > new Date()}
          onClick={() => setMonth(addMonths(month, 1))}
        />
      </div>
      <div className={styles.days}>
        {week().map((day) => (
          <span key={day.getTime()} className={styles.weekday} aria-hidden="true">
            {named(day, { weekday: "short" })}
          </span>
        ))}
        {daysOf(month).map((day) => (
          <button
            type="button"
            key={day.getTime()}
            className={classNames(styles.day, isToday(day) && styles.today)}
            style={day.getDate() === 1 ? { gridColumnStart: columnOf(day) } : undefined}
            disabled={day > new Date()}
            aria-label={named(day, { dateStyle: "full" })}
            onClick={() => void go(day)}
          >
            {day.getDate()}
          </button>
        ))}
      </div>
    </Dialog>
  );
}

/** Weeks begin with Monday. */
function columnOf(day: Date): number {
  return ((day.getDay() + 6) % 7) + 1;
}

function week(): readonly Date[] {
  return Array.from({ length: 7 }, (_, index) => new Date(2024, 0, index + 1));
}

function daysOf(month: Date): readonly Date[] {
  const count = new Date(month.getFullYear(), month.getMonth() + 1, 0).getDate();
  return Array.from(
    { length: count },
    (_, index) => new Date(month.getFullYear(), month.getMonth(), index + 1),
  );
}

function startOfMonth(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), 1);
}

function addMonths(month: Date, count: number): Date {
  return new Date(month.getFullYear(), month.getMonth() + count, 1);
}

function isToday(day: Date): boolean {
  return day.toDateString() === new Date().toDateString();
}

function named(date: Date, options: Intl.DateTimeFormatOptions): string {
  return date.toLocaleDateString(readersLocale(), options);
}
