import { NotAllowed } from "../errors";
import type { NewPoll } from "./values";

const UNSTABLE = "org.matrix.msc3381";
const TEXT = "org.matrix.msc1767.text";
const MAX_ANSWERS = 20;

export const POLL_START_TYPE = `${UNSTABLE}.poll.start`;
export const POLL_RESPONSE_TYPE = `${UNSTABLE}.poll.response`;
export const POLL_END_TYPE = `${UNSTABLE}.poll.end`;

type Content = Record<string, unknown>;

/** Return a poll; each answer gets an id of its own. Raises: NotAllowed without a question or two answers. */
export function pollStart({ question, answers, maxSelections, isDisclosed }: NewPoll): Content {
  const asked = question.trim();
  const texts = answers.map((answer) => answer.trim()).filter(Boolean);
  if (!asked || texts.length < 2 || texts.length > MAX_ANSWERS)
    throw new NotAllowed("a poll has 2 to 20 answers");
  return {
    [TEXT]: [asked, ...texts.map((text, index) => `${index + 1}. ${text}`)].join("\n"),
    [POLL_START_TYPE]: {
      kind: `${UNSTABLE}.poll.${isDisclosed ? "disclosed" : "undisclosed"}`,
      max_selections: Math.min(Math.max(1, maxSelections), texts.length),
      question: { [TEXT]: asked, body: asked, msgtype: "m.text" },
      answers: texts.map((text) => ({
        id: crypto.randomUUID().replaceAll("-", "").slice(0, 16),
        [TEXT]: text,
      })),
    },
  };
}

/** Return a vote; one without answers takes back what was voted. */
export function pollResponse(pollId: string, answerIds: readonly string[]): Content {
  return { "m.relates_to": reference(pollId), [POLL_RESPONSE_TYPE]: { answers: [...answerIds] } };
}

/** Return the end of a poll; `text` is for clients that know none. */
export function pollEnd(pollId: string, text: string): Content {
  return { "m.relates_to": reference(pollId), [POLL_END_TYPE]: {}, [TEXT]: text, body: text };
}

function reference(eventId: string): Content {
  return { rel_type: "m.reference", event_id: eventId };
}
