import type { MouseEvent, ReactNode } from "react";
import { type MatrixLink, mayOpen, misleads, parseMatrixLink } from "../../../matrix/links";
import { useChat } from "../../../state/ChatContext";
import { t } from "../../../words";
import { classNames, confirm } from "../../controls";
import { openMatrixLink } from "../../shell/openMatrixLink";
import styles from "./MessageLink.module.css";

interface MessageLinkProps {
  readonly address: string;
  readonly words: string;
  readonly children: ReactNode;
}

/** A link of a message: to a person or room it is a mention; elsewhere it opens beside, and never unasked. */
export function MessageLink({ address, words, children }: MessageLinkProps) {
  const link = parseMatrixLink(address);
  if (link !== undefined) return <Mention link={link} words={words} address={address} />;
  if (!mayOpen(address)) return <span>{children}</span>;
  const ask = (event: MouseEvent): void => {
    if (!misleads(words, address)) return;
    event.preventDefault();
    const host = new URL(address).host;
    void confirm({
      title: t("chat.open_link", host),
      text: t("chat.open_link.text", words, host),
      action: t("chat.open_link.open"),
    }).then((yes) => yes && window.open(address, "_blank", "noopener,noreferrer"));
  };
  return (
    <a href={address} target="_blank" rel="noopener noreferrer" title={address} onClick={ask}>
      {children}
    </a>
  );
}

function Mention({
  link,
  words,
  address,
}: {
  readonly link: MatrixLink;
  readonly words: string;
  readonly address: string;
}) {
  const chat = useChat();
  const { client } = chat;
  const open = (event: MouseEvent): void => {
    event.preventDefault();
    openMatrixLink(chat, link);
  };
  const name = shownName(link, words, address);
  return (
    <a
      href={address}
      rel="noopener noreferrer"
      className={classNames(styles.mention, link.identifier === client.userId && styles.me)}
      title={link.identifier}
      onClick={open}
    >
      {name}
    </a>
  );
}

/** The name as it was written, with its sign; never another address than the one it leads to. */
function shownName(link: MatrixLink, words: string, address: string): string {
  if (words === address || words === "" || misleads(words, address)) return link.identifier;
  if (link.kind !== "user") return words;
  return words.startsWith("@") ? words : `@${words}`;
}
