import { useState } from "react";
import type { MemberSummary, Membership } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { rankOf } from "../../state/ranking";
import { useValue } from "../../state/useValue";
import { useWork, type Work } from "../../state/useWork";
import { t, type WordId } from "../../words";
import { Button, Skeleton, Tabs, TextField } from "../controls";
import { MemberManageRow } from "./MemberManageRow";
import type { RoomPageProps } from "./pageProps";
import { RoomPage } from "./RoomPage";
import styles from "./RoomSettings.module.css";

type Shown = Extract<Membership, "join" | "invite" | "knock" | "ban">;
const TABS: readonly (readonly [Shown, WordId])[] = [
  ["join", "dialogs.members_joined"],
  ["invite", "dialogs.members_invited"],
  ["knock", "dialogs.members_knocking"],
  ["ban", "dialogs.members_banned"],
];

/** Who is here, who was asked to come, who asks, and who must not. */
export function MembersPage({ roomId }: RoomPageProps) {
  const { rooms } = useChat().client;
  const { members, isComplete } = useValue(rooms.members(roomId));
  const [tab, setTab] = useState<Shown>("join");
  const [words, setWords] = useState("");
  const work = useWork();
  const of = (membership: Shown) => members.filter((member) => member.membership === membership);
  const tabs = TABS.filter(([name]) => name === "join" || name === tab || of(name).length > 0);
  return (
    <RoomPage error={work.error}>
      <TextField
        label={t("dialogs.members_search")}
        labelHidden
        type="search"
        icon="search"
        placeholder={t("dialogs.members_search")}
        value={words}
        onChange={setWords}
      />
      <Tabs<Shown>
        label={t("dialogs.room_page_members")}
        value={tab}
        onChange={setTab}
        tabs={tabs.map(([name, word]) => ({
          value: name,
          label: `${t(word)} ${of(name).length}`,
          content: (
            <Rows roomId={roomId} members={of(name)} words={words} work={work} isComplete={isComplete} />
          ),
        }))}
      />
    </RoomPage>
  );
}

interface RowsProps extends RoomPageProps {
  readonly members: readonly MemberSummary[];
  readonly words: string;
  readonly work: Work;
  readonly isComplete: boolean;
}

const PAGE = 100;

function Rows({ roomId, members, words, work, isComplete }: RowsProps) {
  const [count, setCount] = useState(PAGE);
  const fitting = members.filter(
    (member) => rankOf(words, member.name, member.userId.slice(1)) !== undefined,
  );
  if (fitting.length === 0) {
    return isComplete ? (
      <p className={styles.muted}>{t("dialogs.members_none")}</p>
    ) : (
      <Skeleton rows={4} pictures />
    );
  }
  return (
    <div className={styles.rows}>
      {fitting.slice(0, count).map((member) => (
        <MemberManageRow key={member.userId} roomId={roomId} member={member} work={work} />
      ))}
      {fitting.length > count && (
        <Button kind="quiet" onClick={() => setCount(count + PAGE)}>
          {t("main.info.all_people")}
        </Button>
      )}
    </div>
  );
}
