import { oneLine } from "../../names";
import { asObject, asText } from "../../shapes";
import { countVotes, readQuestion } from "../polls";
import { type Builder, SILENT } from "./fields";
import { textFields } from "./text";

const GEO = /^geo:-?\d{1,3}(?:\.\d{1,20})?,-?\d{1,3}(?:\.\d{1,20})?(?:[,;][A-Za-z0-9=.,;_-]{0,100})?$/;

/** Show a place; where its address is none, what the message says. */
export const buildLocation: Builder = (event, content) => {
  const extensible = asObject(content["m.location"] ?? content["org.matrix.msc3488.location"]);
  const uri = asText(content.geo_uri, 500) || asText(extensible.uri, 500);
  const text = textFields(event, content);
  if (!GEO.test(uri)) return text;
  const body = asText(extensible.description, 500) || text.body;
  return { kind: "location", geoUri: uri, body, html: "", links: [] };
};

/** Show a poll with its votes. */
export const buildPoll: Builder = (event, content, around) => {
  const question = readQuestion(content);
  if (question === undefined) return { kind: "unknown", type: event.type };
  const poll = countVotes(event, question, around.references, around.room);
  return { kind: "poll", poll, ...SILENT, body: question.text };
};

/** Say that something was removed, by whom and why. */
export const buildRedacted: Builder = (event, _content, around) => {
  const because = event.redactedBecause;
  const by = asText(because.sender, 255) || (around.isGoing ? around.room.me : "");
  const reason = oneLine(asObject(because.content).reason);
  return { kind: "redacted", by: by ? around.room.person(by).name : null, reason, ...SILENT };
};

/** Say why something cannot be read. */
export const buildUndecryptable: Builder = (event) => ({
  kind: "undecryptable",
  word: event.failure || "failed",
  ...SILENT,
});

/** Hide it from all but developer tools; its type is what they show. */
export const buildUnknown: Builder = (event) => ({ kind: "unknown", type: event.type.slice(0, 255) });

/** Say who called, with or without a picture. */
export const buildCall: Builder = (event, content, around) => {
  const isVideo = asText(asObject(content.offer).sdp).includes("m=video");
  const args = [around.room.person(event.sender).name];
  return { kind: "call", word: isVideo ? "call_video" : "call_voice", args, verificationId: null };
};

/** Show a request to verify; how far it got, its verification tells. */
export const buildVerification: Builder = (event, content, around) => {
  const isOwn = event.sender === around.room.me;
  const other = isOwn ? asText(content.to, 255) : event.sender;
  return {
    kind: "verification",
    word: isOwn ? "verification_asked" : "verification_asks",
    args: [other ? around.room.person(other).name : ""],
    verificationId: event.id,
  };
};
