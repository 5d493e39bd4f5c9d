import { useId, useState } from "react";
import { useClient } from "../../../state/ChatContext";
import { t } from "../../../words";
import { Button, Checkbox, Dialog, IconButton, TextField } from "../../controls";
import { useDialog } from "../../dialogs/useDialog";
import { act } from "../../shell/act";
import styles from "./dialogs.module.css";

const MOST = 20;

/** Ask something with answers to choose from. */
export default function PollDialog() {
  const { outbox } = useClient();
  const { close, text, details } = useDialog();
  const [question, setQuestion] = useState(text("question"));
  const [answers, setAnswers] = useState<readonly string[]>(["", ""]);
  const [isDisclosed, setDisclosed] = useState(true);
  const [isSeveral, setSeveral] = useState(false);
  const form = useId();
  const said = answers.map((answer) => answer.trim()).filter(Boolean);
  const isReady = question.trim() !== "" && said.length >= 2;
  const start = async (): Promise<void> => {
    const threadRoot = typeof details.threadRoot === "string" ? details.threadRoot : null;
    const poll = { question, answers: said, maxSelections: isSeveral ? said.length : 1, isDisclosed };
    if (await act(async () => outbox.startPoll({ roomId: text("roomId"), threadRoot }, poll))) close();
  };
  return (
    <Dialog
      open
      onClose={close}
      title={t("main.poll.title")}
      actions={
        <>
          <Button onClick={close}>{t("control.cancel")}</Button>
          <Button kind="primary" type="submit" form={form} disabled={!isReady}>
            {t("main.poll.create")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <TextField
          label={t("main.poll.question")}
          value={question}
          onChange={setQuestion}
          maxLength={500}
          autoFocus
        />
        {answers.map((answer, index) => (
          <TextField
            // biome-ignore lint/suspicious/noArrayIndexKey: an answer is its place until it is asked
            key={index}
            label={t("main.poll.answer", index + 1)}
            labelHidden
            placeholder={t("main.poll.answer", index + 1)}
            value={answer}
            maxLength={300}
            onChange={(value) =>
              setAnswers(answers.map((before, place) => (place === index ? value : before)))
            }
            end={
              answers.length > 2 && (
                <IconButton
                  small
                  icon="x"
                  label={t("control.clear")}
                  onClick={() => setAnswers(answers.filter((_, place) => place !== index))}
                />
              )
            }
          />
        ))}
        {answers.length < MOST && (
          <Button kind="quiet" icon="plus" onClick={() => setAnswers([...answers, ""])}>
            {t("main.poll.add")}
          </Button>
        )}
        <Checkbox label={t("main.poll.disclosed")} checked={isDisclosed} onChange={setDisclosed} />
        <Checkbox label={t("main.poll.several")} checked={isSeveral} onChange={setSeveral} />
      </form>
    </Dialog>
  );
}
