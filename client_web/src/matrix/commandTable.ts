/**
 * The slash commands: their names and the shapes of what follows them.
 *
 * Shapes: `words` takes the rest of the line, `user` a user id or mention, `room` an address, id or link, `server`
 * a server's name, `number` a whole number, `date` a day as 2024-05-31, `word` one word. A question mark makes it
 * optional. Help is the text `command.<name>`, what follows is shown as `command.args.<name>`.
 */
export interface CommandSpec {
  readonly name: string;
  /** `message` becomes a message; the others do something. */
  readonly group: "message" | "people" | "room" | "account" | "other";
  readonly shapes: readonly string[];
  readonly aliases: readonly string[];
}

export const COMMANDS: readonly CommandSpec[] = [
  command("message", "me", "words"),
  command("message", "plain", "words"),
  command("message", "notice", "words"),
  command("message", "spoiler", "words"),
  command("message", "rainbow", "words"),
  command("message", "rainbowme", "words"),
  command("message", "code", "words"),
  command("message", "shrug", "words?"),
  command("message", "tableflip", "words?"),
  command("message", "unflip", "words?"),
  command("message", "lenny", "words?"),
  command("people", "msg", "user words"),
  command("people", "dm", "user", "query"),
  command("people", "whois", "user"),
  command("people", "verify", "user"),
  command("people", "ignore", "user"),
  command("people", "unignore", "user"),
  command("people", "invite", "user words?"),
  command("people", "kick", "user words?", "remove"),
  command("people", "ban", "user words?"),
  command("people", "unban", "user"),
  command("people", "op", "user number?"),
  command("people", "deop", "user"),
  command("room", "join", "room words?", "j"),
  command("room", "knock", "room words?"),
  command("room", "leave", "room?", "part"),
  command("room", "roomname", "words"),
  command("room", "topic", "words?"),
  command("room", "upgraderoom", "word"),
  command("room", "serveracl"),
  command("room", "converttodm"),
  command("room", "converttoroom"),
  command("room", "jumptodate", "date"),
  command("room", "discardsession"),
  command("room", "markread"),
  command("account", "nick", "words"),
  command("account", "roomnick", "words", "myroomnick"),
  command("account", "status", "words?"),
  command("other", "poll", "words?"),
  command("other", "goto", "room"),
  command("other", "explore", "server?"),
  command("other", "devtools"),
  command("other", "help"),
];

function command(group: CommandSpec["group"], name: string, shapes = "", aliases = ""): CommandSpec {
  const words = (text: string): readonly string[] => text.split(" ").filter(Boolean);
  return { name, group, shapes: words(shapes), aliases: words(aliases) };
}
