/** A hiking club: people, rooms and messages of every kind, for who looks at pages and dialogs. */

import type { Page } from "playwright-core";
import { ask, makeAccount, type TestAccount } from "./accounts.ts";
import { drawHills, recordFilm, tone, upload } from "./drawings.ts";

export interface Club {
  readonly erin: TestAccount;
  readonly carol: TestAccount;
  /** A room that anybody may find, with every kind of message. */
  readonly hut: string;
  /** A room with a long name, written from right to left in part, with nothing said in it. */
  readonly long: string;
  readonly space: string;
  readonly direct: string;
  readonly invitation: string;
  readonly threadRoot: string;
}

type Content = Readonly<Record<string, unknown>>;

const suffix = process.env.PARLOUR_SUFFIX ?? "";
const PEOPLE = [
  ["carol", "Carol"],
  ["ben", "Ben Okafor"],
  ["layla", "ليلى حداد"],
  ["max", "Maximiliane Wolkenstein-Rodenegg zu Oberbergen und Niederthal, the Younger"],
  ["yuki", "🏔️ Yuki 🌸"],
  ["nobody", ""],
] as const;
const LONG_NAME =
  "Planning of the long autumn crossing from Oberstdorf to Meran, with everybody's luggage — رحلة الخريف";
const HUT_TOPIC = "Who sleeps up there when, what is to be brought, and whose turn it is with the firewood.";

/** Make them all; the page lends its canvas. Erin is who looks. */
export async function makeClub(page: Page): Promise<Club> {
  const erin = await member("erin", "Erin Halloran");
  const others = await Promise.all(PEOPLE.map(([name, shown]) => member(name, shown)));
  const [carol, ben, layla, max, yuki] = others as [TestAccount, ...TestAccount[]];
  const face = await upload(carol.accessToken, await drawHills(page, "#e8b077", 128, 128), "image/png");
  const profile = `/profile/${encodeURIComponent(carol.userId)}/avatar_url`;
  await ask("PUT", profile, carol.accessToken, { avatar_url: face.mxc });
  const sign = await upload(erin.accessToken, await drawHills(page, "#9db4ec", 128, 128), "image/png");
  const hut = await room(erin, others, {
    name: "Mountain hut",
    topic: HUT_TOPIC,
    preset: "public_chat",
    visibility: "public",
    room_alias_name: `mountain-hut${suffix}`,
    initial_state: [{ type: "m.room.avatar", state_key: "", content: { url: sign.mxc } }],
  });
  const club = { hut, erin, carol };
  const threadRoot = await converse(page, club, ben!, layla!, max!, yuki!);
  const long = await room(erin, [carol, layla!], { name: LONG_NAME, preset: "private_chat" });
  const direct = await room(erin, [ben!], { is_direct: true, preset: "trusted_private_chat" });
  await say(ben!, direct, { msgtype: "m.text", body: "Have you still got my head torch?" });
  const marked = { [ben!.userId]: [direct] };
  await ask(
    "PUT",
    `/user/${encodeURIComponent(erin.userId)}/account_data/m.direct`,
    erin.accessToken,
    marked,
  );
  const invitation = await room(carol, [], { name: "Climbing on Tuesdays", topic: "In the hall, at seven." });
  const invited = { user_id: erin.userId, reason: "You asked about it on Sunday" };
  await ask("POST", `/rooms/${encodeURIComponent(invitation)}/invite`, carol.accessToken, invited);
  const open: string[] = [];
  for (const name of ["Weather", "Maps and routes", "For sale", "Choir"]) {
    const topic = `Everything about it: ${name}`;
    open.push(await room(carol, [], { name, topic, visibility: "public", preset: "public_chat" }));
  }
  const space = await makeSpace(erin, carol, [hut, ...open.slice(0, 2)]);
  return { ...club, long, space, direct, invitation, threadRoot };
}

async function member(name: string, shown: string): Promise<TestAccount> {
  const account = await makeAccount(`${name}${suffix}`, "Parlour on Firefox");
  const path = `/profile/${encodeURIComponent(account.userId)}/displayname`;
  if (shown !== "") await ask("PUT", path, account.accessToken, { displayname: shown });
  return account;
}

async function room(by: TestAccount, others: readonly TestAccount[], wanted: Content): Promise<string> {
  const invite = others.map(({ userId }) => userId);
  const { room_id: id } = await ask("POST", "/createRoom", by.accessToken, { ...wanted, invite });
  for (const { accessToken } of others) {
    await ask("POST", `/join/${encodeURIComponent(String(id))}`, accessToken, {});
  }
  return String(id);
}

async function makeSpace(erin: TestAccount, carol: TestAccount, rooms: readonly string[]): Promise<string> {
  const space = await room(erin, [carol], {
    name: "Hiking club",
    topic: "All that the club does together",
    preset: "public_chat",
    creation_content: { type: "m.space" },
  });
  for (const child of rooms) {
    const path = `/rooms/${encodeURIComponent(space)}/state/m.space.child/${encodeURIComponent(child)}`;
    await ask("PUT", path, erin.accessToken, { via: ["localhost"], suggested: child === rooms[0] });
  }
  return space;
}

let sent = 0;

/** Send a message, or an event of another type; return its id. */
export async function say(
  by: TestAccount,
  roomId: string,
  content: Content,
  type = "m.room.message",
): Promise<string> {
  sent += 1;
  const path = `/rooms/${encodeURIComponent(roomId)}/send/${type}/look${sent}`;
  const answer = await ask("PUT", path, by.accessToken, content);
  if (answer.event_id === undefined) throw new Error(`not sent: ${JSON.stringify(answer)}`);
  return String(answer.event_id);
}

interface Here {
  readonly erin: TestAccount;
  readonly carol: TestAccount;
  readonly hut: string;
}

/** One message of every kind and more; return the root of a thread. */
async function converse(
  page: Page,
  { erin, carol, hut }: Here,
  ben: TestAccount,
  layla: TestAccount,
  max: TestAccount,
  yuki: TestAccount,
): Promise<string> {
  const text = (body: string, html?: string): Content => ({
    msgtype: "m.text",
    body,
    ...(html !== undefined && { format: "org.matrix.custom.html", formatted_body: html }),
  });
  await say(ben, hut, text("Firewood is stacked for two nights. The key hangs where it always hangs."));
  const root = await say(carol, hut, text("Who walks up on Friday already?"));
  for (const [who, words] of [
    [ben, "I do, from the south side"],
    [erin, "Me too, after work"],
    [yuki, "With cake 🍰"],
  ] as const) {
    await say(who, hut, { ...text(words), "m.relates_to": { rel_type: "m.thread", event_id: root } });
  }
  const rich =
    "<h3>To bring</h3><ul><li>sleeping bag, <strong>warm</strong></li><li>head torch</li></ul>" +
    '<blockquote>Snow down to 1,800 m on Saturday</blockquote><pre><code class="language-python">' +
    "def nights(people: int) -> int:\n    return 2 if people &lt; 8 else 1  # the hut is small\n</code></pre>" +
    '<p>See <a href="https://example.org/route">the route</a>, <code>N 47°</code> and ' +
    '<span data-mx-spoiler="the surprise">there is a sauna</span></p>';
  await say(erin, hut, text("To bring: sleeping bag, head torch", rich));
  const asked = await say(layla, hut, text("هل الطريق مفتوح بعد الثلج؟ سأحضر خريطة وقهوة."));
  await say(ben, hut, {
    ...text("The lower one is"),
    "m.relates_to": { "m.in_reply_to": { event_id: asked } },
  });
  await say(
    max,
    hut,
    text("Rinderkennzeichnungsfleischetikettierungsüberwachungsaufgabenübertragungsgesetz".repeat(2)),
  );
  await say(yuki, hut, text("🎉🏔️"));
  await files(page, { erin, carol, hut }, ben, yuki);
  await say(max, hut, { msgtype: "m.location", body: "The hut", geo_uri: "geo:47.0945,11.1773;u=35" });
  await say(erin, hut, { msgtype: "m.emote", body: "packs the stove" });
  await say(carol, hut, { msgtype: "m.notice", body: "Bus 8352 runs every two hours at the weekend." });
  const poll = await say(carol, hut, question("When do we start?", ["At six", "At nine"]), "m.poll.start");
  await answer(ben, hut, poll, "1");
  await answer(yuki, hut, poll, "0");
  const wrong = await say(ben, hut, text("Wrong room, sorry"));
  await ask(
    "PUT",
    `/rooms/${encodeURIComponent(hut)}/redact/${encodeURIComponent(wrong)}/r`,
    ben.accessToken,
    {},
  );
  await say(layla, hut, { body: "?", "org.example.card": "A kind that nobody knows" }, "org.example.card");
  const last = await say(ben, hut, {
    ...text("Erin Halloran: can you take the big rope?"),
    "m.mentions": { user_ids: [erin.userId] },
  });
  for (const [who, key] of [
    [carol, "👍"],
    [yuki, "👍"],
    [layla, "🧗"],
  ] as const) {
    const relation = { rel_type: "m.annotation", event_id: last, key };
    await say(who, hut, { "m.relates_to": relation }, "m.reaction");
  }
  const mine = await say(erin, hut, text("Gladly, I will take both"));
  await say(erin, hut, {
    ...text("* Gladly, both of them"),
    "m.new_content": text("Gladly, both of them"),
    "m.relates_to": { rel_type: "m.replace", event_id: mine },
  });
  const pins = `/rooms/${encodeURIComponent(hut)}/state/m.room.pinned_events`;
  await ask("PUT", pins, erin.accessToken, { pinned: [root, last] });
  return root;
}

async function files(
  page: Page,
  { carol, erin, hut }: Here,
  ben: TestAccount,
  yuki: TestAccount,
): Promise<void> {
  const view = await upload(carol.accessToken, await drawHills(page, "#c7dcea", 960, 600), "image/png");
  const info = { w: 960, h: 600, mimetype: "image/png", size: view.size };
  await say(carol, hut, { msgtype: "m.image", body: "view.png", url: view.mxc, info });
  const film = await upload(ben.accessToken, await recordFilm(page), "video/webm");
  const shot = { w: 480, h: 270, mimetype: "video/webm", size: film.size, duration: 1_200 };
  await say(ben, hut, { msgtype: "m.video", body: "descent.webm", url: film.mxc, info: shot });
  const sound = await upload(yuki.accessToken, tone(4), "audio/wav");
  const heard = { mimetype: "audio/wav", size: sound.size, duration: 4_000 };
  await say(yuki, hut, { msgtype: "m.audio", body: "yodel.wav", url: sound.mxc, info: heard });
  const waveform = Array.from({ length: 40 }, (_, at) => Math.round(512 + 480 * Math.sin(at / 3)));
  await say(erin, hut, {
    msgtype: "m.audio",
    body: "Voice message",
    url: sound.mxc,
    info: heard,
    "org.matrix.msc1767.audio": { duration: 4_000, waveform },
    "org.matrix.msc3245.voice": {},
  });
  const list = await upload(erin.accessToken, Buffer.from("rope\nstove\ntea\n"), "text/plain");
  const name = "What everybody promised to bring along, last changed on Thursday evening.txt";
  const written = { mimetype: "text/plain", size: list.size };
  await say(erin, hut, { msgtype: "m.file", body: name, filename: name, url: list.mxc, info: written });
  const gone = { ...info, w: 640, h: 400 };
  await say(ben, hut, { msgtype: "m.image", body: "lost.png", url: "mxc://localhost/gone", info: gone });
}

function question(asked: string, answers: readonly string[]): Content {
  const poll = {
    question: { "m.text": [{ body: asked }] },
    kind: "m.disclosed",
    max_selections: 1,
    answers: answers.map((words, at) => ({ "m.id": String(at), "m.text": [{ body: words }] })),
  };
  return { "m.text": [{ body: asked }], "m.poll": poll };
}

async function answer(by: TestAccount, roomId: string, poll: string, id: string): Promise<void> {
  const relation = { rel_type: "m.reference", event_id: poll };
  await say(by, roomId, { "m.relates_to": relation, "m.selections": [id] }, "m.poll.response");
}
