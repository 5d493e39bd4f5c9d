import {
  type ClipboardEvent,
  type KeyboardEvent,
  lazy,
  Suspense,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { useChat } from "../../../state/ChatContext";
import { keysText } from "../../../state/shortcuts";
import { useShortcuts } from "../../../state/useShortcuts";
import { useValue } from "../../../state/useValue";
import { t } from "../../../words";
import { IconButton, Menu } from "../../controls";
import { useConversation, useRoomHere } from "../Conversation";
import { EmojiButton } from "../emoji/EmojiButton";
import { AttachmentStrip } from "./AttachmentStrip";
import styles from "./ChatInput.module.css";
import { CompletionList } from "./CompletionList";
import { FormatBar } from "./FormatBar";
import { formatKey } from "./formatKey";
import { stepTarget } from "./stepTarget";
import { TargetBar } from "./TargetBar";
import { useCompletion } from "./useCompletion";
import { useField } from "./useField";
import { useSend, writtenText } from "./useSend";
import { useTypingNotice } from "./useTypingNotice";

const VoiceRecorder = lazy(() => import("./VoiceRecorder"));

/** Where messages are written: Enter sends, Shift+Enter breaks the line, Up in an empty field edits the last one. */
export function ChatInput() {
  const { openDialog, client } = useChat();
  const conversation = useConversation();
  const { composer, roomId, threadRoot } = conversation;
  const roomName = useRoomHere((room) => room?.name ?? "");
  const isEncrypted = useRoomHere((room) => room?.isEncrypted === true);
  const { edit } = useValue(composer.target);
  const files = useValue(composer.files);
  const rights = useValue(client.rooms.rights(roomId));
  const field = useField(edit === null);
  const offers = useCompletion(field);
  const send = useSend();
  const tellTyping = useTypingNotice();
  const picker = useRef<HTMLInputElement>(null);
  const [isRecording, setRecording] = useState(false);
  const [isPicking, setPicking] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const listId = useId();
  useEditedText(field.set);
  const isEmpty = field.text.trim() === "" && files.length === 0;
  const submit = async (): Promise<void> => {
    if (isEmpty && edit === null) return;
    const text = field.text;
    if (edit === null) field.set("");
    tellTyping(false);
    const isSent = await send(text);
    if (!isSent && edit === null) field.set(text);
  };
  const cancel = (): boolean => {
    const { reply, edit: changed } = composer.target.get();
    if (offers.list.length > 0) offers.dismiss();
    else if (reply !== null || changed !== null) composer.clearTarget();
    else return false;
    return true;
  };
  useShortcuts(
    {
      attach: () => picker.current?.click(),
      recordVoice: () => setRecording(true),
      emojiPicker: () => setPicking(true),
    },
    threadRoot === null,
  );
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return;
    const isTaken =
      offersKey(event, offers) ||
      (event.key === "Escape" && cancel()) ||
      (event.key === "Enter" && !event.shiftKey && begin(submit)) ||
      formatKey(event, field) ||
      (!field.text && stepTarget(event, conversation, field, client.outbox));
    if (!isTaken) return;
    event.preventDefault();
    event.stopPropagation();
  };
  if (!rights.maySend()) return <p className={styles.forbidden}>{t("main.composer.no_right")}</p>;
  if (isEncrypted && !client.canEncrypt) return <p className={styles.forbidden}>{t("chat.wants_secure")}</p>;
  const label = placeholderOf(roomName, isEncrypted, threadRoot !== null);
  return (
    <div className={styles.box} data-area="composer">
      <CompletionList offers={offers} id={listId} />
      <TargetBar onCancel={() => void cancel()} />
      <AttachmentStrip onSend={() => void submit()} />
      {isFocused && field.hasSelection && offers.list.length === 0 && <FormatBar field={field} />}
      <div className={styles.line}>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            composer.addFiles([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
        <Menu
          trigger={<IconButton icon="paperclip" label={t("main.composer.attach")} />}
          side="top"
          content={[
            {
              label: t("main.composer.files"),
              icon: "paperclip",
              keys: keysText("attach"),
              onSelect: () => picker.current?.click(),
            },
            {
              label: t("main.composer.poll"),
              icon: "chart-bar-big",
              onSelect: () => openDialog({ kind: "poll", roomId, threadRoot, question: "" }),
            },
          ]}
        />
        {isRecording ? (
          <Suspense fallback={null}>
            <VoiceRecorder onDone={() => setRecording(false)} />
          </Suspense>
        ) : (
          <>
            <textarea
              ref={field.ref}
              className={styles.field}
              rows={1}
              value={field.text}
              placeholder={label}
              aria-label={label}
              aria-autocomplete="list"
              aria-controls={offers.list.length > 0 ? listId : undefined}
              aria-activedescendant={offers.list.length > 0 ? `${listId}-${offers.chosen}` : undefined}
              data-area-focus
              onChange={() => {
                field.onInput();
                const { value } = field.ref.current!;
                tellTyping(value.trim() !== "" && !value.startsWith("/") && edit === null);
              }}
              onSelect={field.onSelect}
              onFocus={() => setFocused(true)}
              onBlur={() => setFocused(false)}
              onKeyDown={onKey}
              onPaste={(event) => paste(event, (pasted) => composer.addFiles(pasted))}
            />
            <EmojiButton
              open={isPicking}
              onOpenChange={setPicking}
              onPick={(emoji) => composer.field?.insert(emoji)}
              onPickPicture={(image) => {
                composer.mentions.addPicture(image.shortcode, image.mxc);
                composer.field?.insert(`:${image.shortcode}: `);
              }}
              onPickSticker={(image) => client.outbox.sendSticker({ roomId, threadRoot }, image)}
            >
              <IconButton icon="smile" label={t("main.composer.emoji")} keys={keysText("emojiPicker")} />
            </EmojiButton>
            {isEmpty && edit === null && (
              <IconButton
                icon="mic"
                label={t("main.composer.voice")}
                keys={keysText("recordVoice")}
                className={styles.mic}
                onClick={() => setRecording(true)}
              />
            )}
            <IconButton
              kind="primary"
              icon="send"
              label={t("main.composer.send")}
              keys={keysText("send")}
              disabled={isEmpty && edit === null}
              onClick={() => void submit()}
            />
          </>
        )}
      </div>
    </div>
  );
}

/** Put into the field what is to be changed, and back what was being written before. */
function useEditedText(set: (text: string) => void): void {
  const { client } = useChat();
  const { composer, roomId, threadRoot } = useConversation();
  const { edit } = useValue(composer.target);
  const before = useRef(edit);
  useEffect(() => {
    if (edit === before.current) return;
    before.current = edit;
    set(edit === null ? client.outbox.draft(roomId, threadRoot) : writtenText(edit, composer));
  }, [edit, composer, set, client, roomId, threadRoot]);
}

/** Let something go on by itself. */
function begin(work: () => Promise<void>): true {
  void work();
  return true;
}

function offersKey(event: KeyboardEvent, offers: ReturnType<typeof useCompletion>): boolean {
  if (offers.list.length === 0) return false;
  if (event.key === "ArrowDown") offers.move(1);
  else if (event.key === "ArrowUp") offers.move(-1);
  else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) offers.accept();
  else return false;
  return true;
}

function paste(event: ClipboardEvent, add: (files: readonly File[]) => void): void {
  const files = [...event.clipboardData.files];
  if (files.length === 0) return;
  event.preventDefault();
  add(
    files.map((file) =>
      file.name === "image.png"
        ? new File([file], `${t("main.composer.pasted")}.png`, { type: file.type })
        : file,
    ),
  );
}

function placeholderOf(name: string, isEncrypted: boolean, isThread: boolean): string {
  if (isThread) return t("main.composer.thread");
  return t(isEncrypted ? "main.composer.placeholder_encrypted" : "main.composer.placeholder", name);
}
