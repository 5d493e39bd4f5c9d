import { useState } from "react";
import { useWork } from "../../state/useWork";
import { t, type WordId } from "../../words";
import { Button, Checkbox, Dialog, showToast, TextArea } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { ErrorLine } from "../encryption/ErrorLine";
import { RadioGroup } from "../room_settings/RadioGroup";

const REASONS = ["spam", "abuse", "illegal", "other"] as const;
type Reason = (typeof REASONS)[number];
const WORDS: Readonly<Record<Reason, WordId>> = {
  spam: "dialogs.report_spam",
  abuse: "dialogs.report_abuse",
  illegal: "dialogs.report_illegal",
  other: "dialogs.report_other",
};

interface ReportDialogProps {
  readonly title: string;
  /** Tell those who run the server. */
  readonly onReport: (reason: string) => Promise<void>;
  /** Offered where it is a person who is reported. */
  readonly onIgnore?: () => Promise<void>;
}

/** Tells those who run the server what is wrong. */
export function ReportDialog({ title, onReport, onIgnore }: ReportDialogProps) {
  const { close } = useDialog();
  const [reason, setReason] = useState<Reason>("spam");
  const [details, setDetails] = useState("");
  const [isIgnored, setIgnored] = useState(false);
  const work = useWork();
  const submit = async () => {
    const text = [t(WORDS[reason]), details.trim()].filter(Boolean).join(": ");
    const isDone = await work.act(async () => {
      await onReport(text);
      if (isIgnored) await onIgnore?.();
    });
    if (!isDone) return;
    showToast(t("dialogs.report_done"), { kind: "success" });
    close();
  };
  return (
    <Dialog
      open
      onClose={close}
      title={title}
      description={t("dialogs.report_text")}
      actions={
        <>
          <Button onClick={close}>{t("dialogs.cancel")}</Button>
          <Button kind="danger" busy={work.busy} onClick={() => void submit()}>
            {t("dialogs.report_submit")}
          </Button>
        </>
      }
    >
      <ErrorLine error={work.error} />
      <RadioGroup
        label={t("dialogs.report_reason")}
        value={reason}
        onChange={setReason}
        options={REASONS.map((each) => ({ value: each, label: t(WORDS[each]) }))}
      />
      <TextArea
        label={t("dialogs.report_details")}
        rows={2}
        value={details}
        onChange={setDetails}
        maxLength={1000}
      />
      {onIgnore && <Checkbox label={t("dialogs.report_ignore")} checked={isIgnored} onChange={setIgnored} />}
    </Dialog>
  );
}
