import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { useLocation, useRoute } from "wouter";
import type { ChatClient } from "../matrix/client";
import { type Running, running, showAccount } from "../matrix/runner";
import type { Session } from "../matrix/types";
import { useValue } from "./useValue";

/** What stands beside the timeline. */
export type Panel =
  | { readonly kind: "room" | "members" | "files" | "pins" | "threads" | "search" }
  | { readonly kind: "thread"; readonly rootId: string }
  | { readonly kind: "person"; readonly userId: string };

/** What stands above everything, until it is closed. */
export interface OpenDialog {
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/** The account that is shown, and where in it one is. */
export interface Chat {
  readonly client: ChatClient;
  /** The address says so: `/chat/:roomId/:eventId`. */
  readonly roomId: string | null;
  readonly eventId: string | null;
  readonly openRoom: (roomId: string | null, eventId?: string) => void;
  readonly panel: Panel | null;
  readonly openPanel: (panel: Panel | null) => void;
  readonly dialog: OpenDialog | null;
  readonly openDialog: (dialog: OpenDialog | null) => void;
}

const ChatContext = createContext<Chat | null>(null);

interface ChatProviderProps {
  readonly session: Session;
  readonly children: ReactNode;
  /** What is shown while there is no client, and why. */
  readonly instead: (now: Running) => ReactNode;
}

/** Open an account's client and give it to everything below. */
export function ChatProvider({ session, children, instead }: ChatProviderProps) {
  const { userId, deviceId } = session;
  // biome-ignore lint/correctness/useExhaustiveDependencies: new tokens are no new account
  useEffect(() => void showAccount(session), [userId, deviceId]);
  const now = useValue(running);
  if (now.kind !== "open" || now.session.userId !== userId) return instead(now);
  return (
    <OpenChat key={`${userId} ${deviceId}`} client={now.client}>
      {children}
    </OpenChat>
  );
}

/** Return the account that is shown, and where one is in it. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (chat === null) throw new Error("useChat outside of ChatProvider");
  return chat;
}

/** Return the client of the account that is shown. */
export function useClient(): ChatClient {
  return useChat().client;
}

/** Return the address of a room, or of an event in it. */
export function roomPath(roomId: string | null, eventId?: string): string {
  if (roomId === null) return "/chat";
  const room = `/chat/${encodeURIComponent(roomId)}`;
  return eventId === undefined ? room : `${room}/${encodeURIComponent(eventId)}`;
}

/** Addresses keep `:` and `#` escaped; what is escaped wrongly is taken as it stands. */
function decoded(part: string | undefined): string | null {
  if (part === undefined) return null;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function OpenChat({ client, children }: { readonly client: ChatClient; readonly children: ReactNode }) {
  const [, params] = useRoute("/chat/:roomId/:eventId?");
  const [, navigate] = useLocation();
  const [panel, openPanel] = useState<Panel | null>(null);
  const [dialog, openDialog] = useState<OpenDialog | null>(null);
  const roomId = decoded(params?.roomId);
  const eventId = decoded(params?.eventId);
  const chat = useMemo<Chat>(
    () => ({
      client,
      roomId,
      eventId,
      openRoom: (room, event) => navigate(roomPath(room, event)),
      panel,
      openPanel,
      dialog,
      openDialog,
    }),
    [client, roomId, eventId, navigate, panel, dialog],
  );
  return <ChatContext value={chat}>{children}</ChatContext>;
}
