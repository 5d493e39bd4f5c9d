import { asInteger, asObjects, asText, type JsonObject } from "../shapes";
import { type AdminApi, pathOf, SYNAPSE } from "./api";
import { asNumber } from "./page";

/** A token that lets people make an account. */
export interface Invitation {
  readonly token: string;
  /** null: as often as one likes. */
  readonly usesAllowed: number | null;
  readonly uses: number;
  /** null: for ever. */
  readonly expiresMs: number | null;
}

const TOKENS = `${SYNAPSE}/v1/registration_tokens`;

export async function listInvitations(api: AdminApi): Promise<readonly Invitation[]> {
  const found = asObjects((await api.get(TOKENS)).registration_tokens).map(readInvitation);
  return found.sort((one, other) => Number(isOver(one)) - Number(isOver(other)));
}

export async function createInvitation(
  api: AdminApi,
  usesAllowed: number | null,
  expiresMs: number | null,
): Promise<Invitation> {
  return readInvitation(
    await api.post(`${TOKENS}/new`, { uses_allowed: usesAllowed, expiry_time: expiresMs }),
  );
}

export async function deleteInvitation(api: AdminApi, token: string): Promise<void> {
  await api.delete(pathOf(TOKENS, token));
}

/** Tell whether nobody can use an invitation any more. */
export function isOver(invitation: Invitation, nowMs = Date.now()): boolean {
  const { usesAllowed, uses, expiresMs } = invitation;
  return (usesAllowed !== null && uses >= usesAllowed) || (expiresMs !== null && expiresMs <= nowMs);
}

/** Return the link that invites: the token stands behind the #, which no server is told. */
export function linkOf(baseUrl: string, token: string): string {
  return `${baseUrl}/register#token=${encodeURIComponent(token)}`;
}

function readInvitation(body: JsonObject): Invitation {
  return {
    token: asText(body.token, 200),
    usesAllowed: asNumber(body.uses_allowed),
    uses: asInteger(body.completed) + asInteger(body.pending),
    expiresMs: asNumber(body.expiry_time),
  };
}
