import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useCallback, useMemo, useRef } from "react";
import type { MemberSummary } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { rankOf } from "../../state/ranking";
import { useValue } from "../../state/useValue";
import { t, type WordId } from "../../words";
import { classNames, Skeleton } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import { useRowFocus } from "../sidebar/useRowFocus";
import styles from "./MemberRows.module.css";
import { TrustMark } from "./TrustMark";

interface MemberRowsProps {
  readonly roomId: string;
  /** Only those whom the words fit. */
  readonly words: string;
  /** What stands above, and scrolls with them. */
  readonly children?: ReactNode;
}

type Row =
  | { readonly kind: "member"; readonly member: MemberSummary }
  | { readonly kind: "heading" }
  | { readonly kind: "head" };

const ROW_REM = 2.375;
const HEADING_REM = 2.5;

/** The people of a room, the mightiest first, then those who are invited. */
export function MemberRows({ roomId, words, children }: MemberRowsProps) {
  const { client } = useChat();
  const { members, isComplete } = useValue(client.rooms.members(roomId));
  const hasHead = children !== undefined;
  const rows = useMemo(() => rowsOf(members, words, hasHead), [members, words, hasHead]);
  const scroller = useRef<HTMLDivElement>(null);
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const estimateSize = useCallback((index: number) => sizeOf(rows[index]) * rem, [rows, rem]);
  const getItemKey = useCallback((index: number) => keyOf(rows[index], index), [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize,
    getItemKey,
    overscan: 8,
  });
  const focus = useRowFocus(scroller, virtual, rows.length, rows[0]?.kind === "head" ? 1 : 0);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys that are pressed in the rows inside
    <div ref={scroller} className={styles.list} onKeyDown={focus.onKeyDown}>
      <ul
        className={styles.rows}
        style={{ blockSize: virtual.getTotalSize() }}
        aria-label={t("main.info.people")}
      >
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index]!;
          return (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={styles.item}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {row.kind === "head" && children}
              {row.kind === "heading" && <h3 className={styles.heading}>{t("main.members.invited")}</h3>}
              {row.kind === "member" && (
                <MemberRow member={row.member} index={item.index} isTab={item.index === focus.index} />
              )}
            </li>
          );
        })}
      </ul>
      {!isComplete && members.length === 0 && <Skeleton rows={4} pictures />}
      {isComplete && words !== "" && rows.length === 0 && (
        <p className={styles.none}>{t("main.members.none")}</p>
      )}
    </div>
  );
}

interface MemberRowProps {
  readonly member: MemberSummary;
  readonly index: number;
  readonly isTab: boolean;
}

function MemberRow({ member, index, isTab }: MemberRowProps) {
  const { openPanel } = useChat();
  const role = member.isIgnored ? t("main.members.ignored") : roleText(member);
  const isFaint = member.membership === "invite" || member.isIgnored;
  return (
    <button
      type="button"
      className={styles.member}
      tabIndex={isTab ? 0 : -1}
      data-row={index}
      onClick={() => openPanel({ kind: "person", userId: member.userId })}
    >
      <span className={styles.face}>
        <MediaAvatar id={member.userId} name={member.name} picture={member.avatar} />
      </span>
      <span className={classNames(styles.name, isFaint && styles.faint)}>
        <bdi>{member.name}</bdi>
      </span>
      <TrustMark userId={member.userId} />
      {role && <span className={styles.role}>{role}</span>}
    </button>
  );
}

/** What somebody's role is called; empty for who has none worth a word. */
export function roleText(member: Pick<MemberSummary, "role">): string {
  const words: Readonly<Partial<Record<MemberSummary["role"], WordId>>> = {
    creator: "main.role.creator",
    admin: "main.role.admin",
    moderator: "main.role.moderator",
  };
  const word = words[member.role];
  return word === undefined ? "" : t(word);
}

function rowsOf(members: readonly MemberSummary[], words: string, hasHead: boolean): readonly Row[] {
  const fitting = members.filter(
    (member) => rankOf(words, member.name, member.userId.slice(1)) !== undefined,
  );
  const joined = fitting.filter((member) => member.membership === "join");
  const invited = fitting.filter((member) => member.membership === "invite");
  return [
    ...(hasHead ? [{ kind: "head" } as const] : []),
    ...joined.map((member) => ({ kind: "member", member }) as const),
    ...(invited.length > 0 ? [{ kind: "heading" } as const] : []),
    ...invited.map((member) => ({ kind: "member", member }) as const),
  ];
}

function sizeOf(row: Row | undefined): number {
  return row === undefined || row.kind === "member" ? ROW_REM : row.kind === "heading" ? HEADING_REM : 20;
}

function keyOf(row: Row | undefined, index: number): string | number {
  if (row === undefined) return index;
  return row.kind === "member" ? row.member.userId : row.kind;
}
