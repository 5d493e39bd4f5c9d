interface ChatBoxProps {
  readonly roomId: string;
  /** The event that an address leads to. */
  readonly eventId?: string;
}

/** The conversation of a room. */
export default function ChatBox({ roomId }: ChatBoxProps) {
  return <div data-room={roomId} />;
}
