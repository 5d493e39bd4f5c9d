import type { ChatClient } from "../../../matrix/client";
import type { Command } from "../../../matrix/commands";
import { write } from "../../../matrix/markdown";
import type { Chat } from "../../../state/ChatContext";
import { t } from "../../../words";
import { showToast } from "../../controls";
import { act } from "../../shell/act";
import type { Conversation } from "../Conversation";

const MODERATOR = 50;

type Args = Readonly<Record<string, string>>;
/** Does what a command says; answers with a room to open, where there is one. */
type Act = (client: ChatClient, roomId: string, args: Args, via: readonly string[]) => Promise<unknown>;

/** Do what a command that is no message says. Return whether it was done. */
export async function runCommand(command: Command, chat: Chat, conversation: Conversation): Promise<boolean> {
  const { name } = command.spec;
  const { args, via } = command;
  const { roomId, timeline, reveal } = conversation;
  if (openFor(name, args, chat, roomId)) return true;
  if (name === "jumptodate") {
    const [year = 0, month = 1, day = 1] = args.date!.split("-").map(Number);
    return act(async () => reveal(await timeline.jumpToDate(new Date(year, month - 1, day).getTime())));
  }
  const run = ACTS[name];
  if (run === undefined) return false;
  let opened: unknown;
  const isDone = await act(async () => {
    opened = await run(chat.client, roomId, args, via);
  });
  if (!isDone) return false;
  if (typeof opened === "string" && opened.startsWith("!")) chat.openRoom(opened);
  else if (name !== "leave" && name !== "markread") showToast(t("main.command.done"));
  return true;
}

/** Some commands open something. */
function openFor(name: string, args: Args, { openDialog, openPanel }: Chat, roomId: string): boolean {
  switch (name) {
    case "whois":
    case "verify":
      openPanel({ kind: "person", userId: args.user! });
      return true;
    case "explore":
      openDialog({ kind: "directory", server: args.server });
      return true;
    case "serveracl":
      openDialog({ kind: "roomSettings", roomId });
      return true;
    case "help":
      openDialog({ kind: "shortcuts" });
      return true;
    case "devtools":
      openDialog({ kind: "roomState", roomId });
      return true;
    case "poll":
      openDialog({ kind: "poll", roomId, question: args.words ?? "" });
      return true;
    default:
      return false;
  }
}

const ACTS: Readonly<Record<string, Act>> = {
  msg: async (client, _room, { user, words }) => {
    const roomId = await client.rooms.startDirect(user!);
    client.outbox.sendText({ roomId }, write(words!));
    return roomId;
  },
  dm: (client, _room, { user }) => client.rooms.startDirect(user!),
  ignore: (client, _room, { user }) => client.people.ignore(user!),
  unignore: (client, _room, { user }) => client.people.unignore(user!),
  invite: (client, room, { user, words }) => client.rooms.invite(room, user!, words),
  kick: (client, room, { user, words }) => client.rooms.kick(room, user!, words),
  ban: (client, room, { user, words }) => client.rooms.ban(room, user!, words),
  unban: (client, room, { user }) => client.rooms.unban(room, user!),
  op: (client, room, { user, number }) =>
    client.rooms.setPowerLevels(room, { users: { [user!]: Number(number ?? MODERATOR) } }),
  deop: (client, room, { user }) => client.rooms.setPowerLevels(room, { users: { [user!]: null } }),
  join: (client, _room, { room, words }, via) => client.rooms.join(room!, via, words),
  goto: (client, _room, { room }, via) => client.rooms.join(room!, via),
  knock: (client, _room, { room, words }, via) => client.rooms.knock(room!, via, words),
  leave: async (client, here, { room }) => {
    await client.rooms.leave(roomNamed(client, room) ?? here);
  },
  roomname: (client, room, { words }) => client.rooms.setName(room, words!),
  topic: (client, room, { words }) => client.rooms.setTopic(room, words ?? ""),
  upgraderoom: (client, room, { word }) => client.rooms.upgrade(room, word!),
  converttodm: (client, room) => client.rooms.setDirect(room, otherPerson(client, room)),
  converttoroom: (client, room) => client.rooms.setDirect(room, null),
  discardsession: (client, room) => client.outbox.discardSession(room),
  markread: (client, room) => client.rooms.markRead(room),
  nick: (client, _room, { words }) => client.people.setName(words!),
  roomnick: (client, room, { words }) => {
    const member = client.rooms.member(room, client.userId);
    const avatar = member?.avatar ? { avatar_url: member.avatar.mxc } : {};
    return client.rooms.setState(
      room,
      "m.room.member",
      { membership: "join", displayname: words!, ...avatar },
      client.userId,
    );
  },
  status: (client, _room, { words }) => client.people.setPresence("online", words ?? ""),
};

function roomNamed(client: ChatClient, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  return client.rooms.list.get().find((room) => room.alias === name)?.id ?? name;
}

function otherPerson(client: ChatClient, roomId: string): string | null {
  return (
    client.rooms
      .members(roomId)
      .get()
      .members.find((member) => member.userId !== client.userId)?.userId ?? null
  );
}
