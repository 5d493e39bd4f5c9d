import type { Poll, PollAnswer, PollItem } from "../../../matrix/timeline/values";
import { useClient } from "../../../state/ChatContext";
import { t } from "../../../words";
import { Button, classNames, Icon } from "../../controls";
import { useConversation } from "../Conversation";
import styles from "./PollContent.module.css";

/** A question with its answers and, where they may be known, the votes. */
export function PollContent({ item }: { readonly item: PollItem }) {
  const { outbox } = useClient();
  const { roomId } = useConversation();
  const { poll, eventId } = item;
  const vote = (answer: PollAnswer): void => {
    if (eventId !== null) outbox.vote(roomId, eventId, chosen(poll, answer));
  };
  return (
    <fieldset className={styles.poll}>
      <legend className={styles.question}>
        <Icon name="chart-bar-big" size="small" />
        {poll.question}
      </legend>
      {poll.answers.map((answer) => (
        <Answer
          key={answer.id}
          poll={poll}
          answer={answer}
          isOpen={eventId !== null && !poll.isEnded}
          onVote={vote}
        />
      ))}
      <div className={styles.foot}>
        <span>{statusOf(poll)}</span>
        {poll.canEnd && eventId !== null && (
          <Button kind="quiet" onClick={() => outbox.endPoll(roomId, eventId)}>
            {t("main.poll.end")}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

interface AnswerProps {
  readonly poll: Poll;
  readonly answer: PollAnswer;
  readonly isOpen: boolean;
  readonly onVote: (answer: PollAnswer) => void;
}

function Answer({ poll, answer, isOpen, onVote }: AnswerProps) {
  const share = answer.votes && poll.totalVotes ? answer.votes / poll.totalVotes : 0;
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: it has one of two roles, and both have it
    <button
      type="button"
      role={poll.maxSelections > 1 ? "checkbox" : "radio"}
      aria-checked={answer.isMine}
      className={classNames(styles.answer, answer.isMine && styles.mine, answer.isWinner && styles.winner)}
      disabled={!isOpen}
      onClick={() => onVote(answer)}
    >
      <span className={styles.bar} style={{ inlineSize: `${Math.round(share * 100)}%` }} aria-hidden="true" />
      <span className={styles.mark}>{answer.isMine && <Icon name="check" size="small" />}</span>
      <span className={styles.text}>{answer.text}</span>
      {answer.isWinner && <Icon name="trophy" size="small" />}
      {answer.votes !== null && (
        <span className={styles.votes}>{t("main.poll.votes", { n: answer.votes })}</span>
      )}
    </button>
  );
}

/** What is voted for after a press: one answer takes the place of another, where only one may be chosen. */
function chosen(poll: Poll, answer: PollAnswer): readonly string[] {
  const mine = poll.answers.filter((each) => each.isMine).map((each) => each.id);
  if (answer.isMine) return mine.filter((id) => id !== answer.id);
  if (poll.maxSelections === 1) return [answer.id];
  return [...mine, answer.id].slice(-poll.maxSelections);
}

function statusOf(poll: Poll): string {
  if (poll.isEnded) return t("main.poll.ended", { n: poll.totalVotes });
  return poll.isDisclosed ? t("main.poll.open", { n: poll.totalVotes }) : t("main.poll.hidden");
}
