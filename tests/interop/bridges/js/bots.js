// An application service and a simple bot, both built on matrix-bot-sdk.
// Arguments: the server's base URL, the port to listen on, as_token, hs_token. Ends with the line "bots: ok".

import assert from "node:assert/strict";
import { once } from "node:events";
import {
    Appservice,
    AutojoinRoomsMixin,
    LogLevel,
    LogService,
    MatrixAuth,
    MatrixClient,
    MemoryStorageProvider,
} from "matrix-bot-sdk";

const [baseUrl, port, asToken, hsToken] = process.argv.slice(2);
const SERVER = "parlour.test";
const GHOST = `@_irc_bob:${SERVER}`;
const ALIAS = `#_irc_chan:${SERVER}`;

LogService.setLevel(LogLevel.WARN);

const appservice = new Appservice({
    port: Number(port),
    bindAddress: "127.0.0.1",
    homeserverName: SERVER,
    homeserverUrl: baseUrl,
    storage: new MemoryStorageProvider(),
    registration: {
        id: "irc",
        as_token: asToken,
        hs_token: hsToken,
        sender_localpart: "_irc_bot",
        namespaces: {
            users: [{ exclusive: true, regex: "@_irc_.*" }],
            aliases: [{ exclusive: true, regex: "#_irc_.*" }],
            rooms: [],
        },
        protocols: ["irc"],
    },
});

appservice.on("query.user", (_userId, create) => create({ display_name: "Bob (IRC)" }));
appservice.on("query.room", (_alias, create) => create({ preset: "public_chat", power_level_content_override: { invite: 0 } }));
appservice.on("thirdparty.protocol", (protocol, answer) => answer({ instances: [], icon: "", protocol }));

await appservice.begin();
const person = await logIn();
const bot = await logIn();
AutojoinRoomsMixin.setupOnClient(bot);
bot.on("room.message", (roomId, event) => {
    if (event.content?.body === "!ping") {
        bot.replyText(roomId, event, "pong");
    }
});
await bot.start();
await bridge();
await talkToBot();
bot.stop();
appservice.stop();
console.log("bots: ok");
process.exit(0);

async function bridge() {
    // The room is made by the application service while it is asked for its alias.
    const roomId = await person.joinRoom(ALIAS);
    const heard = nextMessage(appservice, roomId, "from Matrix");
    await person.sendText(roomId, "from Matrix");
    await heard;

    // The ghost is made while it is asked for by its invitation, which it then takes.
    const invited = once(appservice, "room.invite");
    await person.inviteUser(GHOST, roomId);
    assert.equal((await invited)[1].state_key, GHOST);
    const ghost = appservice.getIntentForUserId(GHOST);
    await ghost.joinRoom(roomId);
    assert.equal((await person.getUserProfile(GHOST)).displayname, "Bob (IRC)");
    const eventId = await ghost.sendText(roomId, "from IRC");
    assert.equal((await person.getEvent(roomId, eventId)).sender, GHOST);

    const typed = nextEphemeral("m.typing");
    await person.setTyping(roomId, true, 5000);
    assert.deepEqual((await typed).content.user_ids, [await person.getUserId()]);

    const protocols = await person.doRequest("GET", "/_matrix/client/v3/thirdparty/protocols");
    assert.deepEqual(Object.keys(protocols), ["irc"]);
    await ghost.leaveRoom(roomId);
}

async function talkToBot() {
    const roomId = await person.createRoom({ invite: [await bot.getUserId()], is_direct: true });
    await person.start();
    const joined = new Promise((resolve) => {
        person.on("room.event", (id, event) => {
            if (id === roomId && event.type === "m.room.member" && event.content.membership === "join") {
                resolve();
            }
        });
    });
    const members = await person.getJoinedRoomMembers(roomId);
    if (members.length < 2) {
        await joined;
    }
    const answered = new Promise((resolve) => {
        person.on("room.message", (id, event) => event.content.body?.endsWith("pong") && resolve(event));
    });
    await person.sendText(roomId, "!ping");
    await answered;
    person.stop();
}

async function logIn() {
    const name = `js${Math.random().toString(36).slice(2)}`;
    const registered = await new MatrixAuth(baseUrl).passwordRegister(name, "correct horse battery");
    return new MatrixClient(baseUrl, registered.accessToken, new MemoryStorageProvider());
}

function nextMessage(emitter, roomId, body) {
    return new Promise((resolve) => {
        emitter.on("room.message", (id, event) => id === roomId && event.content?.body === body && resolve(event));
    });
}

function nextEphemeral(type) {
    return new Promise((resolve) => {
        appservice.on("ephemeral.event", (event) => event.type === type && resolve(event));
    });
}
