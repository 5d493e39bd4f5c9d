import type { MatrixClient } from "matrix-js-sdk";
import {
  type CryptoApi,
  CryptoEvent,
  VerificationPhase,
  type VerificationRequest,
  VerificationRequestEvent,
  type Verifier,
  VerifierEvent,
} from "matrix-js-sdk/lib/crypto-api";
import { ClientError } from "../errors";
import { MutableValue, type Value } from "../value";
import { directRoomWith } from "./directRoom";
import type { Verification } from "./types";
import { type Memory, SAS, SCAN_QR, snapshotOf } from "./verificationSnapshot";

/** Verifications are for rooms of a few. */
const MOST_ASKED = 100;
const FRESH: Omit<Memory, "userId" | "incoming"> = { qrCode: null, confirmed: false, mismatched: false };

/** The one verification that is shown; an incoming one is taken while there is no other. */
export class Verifications {
  readonly #current = new MutableValue<Verification | null>(null);
  #request: VerificationRequest | null = null;
  #memory: Memory;
  #asking: Promise<void> | null = null;
  /** Requests that a code was made for. */
  readonly #coded = new WeakSet<VerificationRequest>();
  /** Verifiers that were told to go on. */
  readonly #started = new WeakSet<Verifier>();

  constructor(
    private readonly sdk: MatrixClient,
    private readonly crypto: () => CryptoApi,
  ) {
    this.#memory = { ...FRESH, userId: sdk.getSafeUserId(), incoming: false };
    sdk.on(CryptoEvent.VerificationRequestReceived, this.#hear);
  }

  get current(): Value<Verification | null> {
    return this.#current;
  }

  /** Ask another device of the own account, or all of them. */
  askOwn(deviceId: string | undefined): Promise<void> {
    return this.#once(() => this.#askOwn(deviceId));
  }

  /** Ask a user, in a room with them. */
  askUser(userId: string, roomId: string | undefined): Promise<void> {
    return this.#once(() => this.#askUser(userId, roomId));
  }

  /** Show the one that goes on in a room; false where it is over. */
  lookAt(roomId: string): boolean {
    const found = this.#inRoom(roomId);
    if (!found?.pending) return false;
    if (found !== this.#request) this.#take(found, !found.initiatedByMe);
    return true;
  }

  async accept(): Promise<void> {
    await this.#open().accept();
  }

  async compareEmoji(): Promise<void> {
    await this.#open().startVerification(SAS);
  }

  async scan(code: Uint8ClampedArray): Promise<void> {
    const request = this.#open();
    try {
      await request.scanQRCode(code);
    } catch (error) {
      throw new ClientError("not_this_code", String(error));
    }
    // Whoever scanned knows the other side's keys; it is they who have to look.
    this.#remember({ confirmed: true });
  }

  async confirm(): Promise<void> {
    const verifier = this.#open().verifier;
    const sas = verifier?.getShowSasCallbacks();
    this.#remember({ confirmed: true });
    if (sas) await sas.confirm();
    else verifier?.getReciprocateQrCodeCallbacks()?.confirm();
  }

  async mismatch(): Promise<void> {
    const verifier = this.#open().verifier;
    const sas = verifier?.getShowSasCallbacks();
    this.#remember({ mismatched: sas !== null && sas !== undefined });
    if (sas) sas.mismatch();
    else verifier?.getReciprocateQrCodeCallbacks()?.cancel();
  }

  /** Refuse, or give up; put away where it is over. */
  async cancel(): Promise<void> {
    const request = this.#request;
    this.#forget();
    if (request?.pending) await request.cancel();
  }

  stop(): void {
    this.sdk.off(CryptoEvent.VerificationRequestReceived, this.#hear);
    this.#forget();
  }

  #inRoom(roomId: string): VerificationRequest | undefined {
    const crypto = this.crypto();
    const others = this.sdk.getRoom(roomId)?.getJoinedMembers() ?? [];
    for (const { userId } of others.slice(0, MOST_ASKED)) {
      const found = crypto.findVerificationRequestDMInProgress(roomId, userId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Two requests at the same time would end each other: whoever asks again waits for the first. */
  #once(ask: () => Promise<void>): Promise<void> {
    this.#asking ??= ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #askOwn(deviceId: string | undefined): Promise<void> {
    const me = this.sdk.getSafeUserId();
    const devices = (await this.crypto().getUserDeviceInfo([me], true)).get(me);
    const others = [...(devices?.values() ?? [])].filter(
      (device) => device.deviceId !== this.sdk.getDeviceId() && !device.dehydrated,
    );
    if (others.length === 0) throw new ClientError("nothing_to_verify");
    const asked = deviceId
      ? await this.crypto().requestDeviceVerification(me, deviceId)
      : await this.crypto().requestOwnUserVerification();
    this.#take(asked, false);
  }

  async #askUser(userId: string, roomId: string | undefined): Promise<void> {
    const crypto = this.crypto();
    await crypto.getUserDeviceInfo([userId], true);
    if (!(await crypto.userHasCrossSigningKeys(userId))) throw new ClientError("identity_missing");
    const room = roomId ?? (await directRoomWith(this.sdk, userId));
    this.#take(await crypto.requestVerificationDM(userId, room), false);
  }

  #open(): VerificationRequest {
    if (!this.#request?.pending) throw new ClientError("verification_gone");
    return this.#request;
  }

  readonly #hear = (request: VerificationRequest): void => {
    const isFree = this.#request === null || !this.#request.pending;
    if (isFree && request.pending && !request.initiatedByMe) this.#take(request, true);
  };

  #take(request: VerificationRequest, incoming: boolean): void {
    this.#forget();
    this.#request = request;
    this.#memory = { ...FRESH, userId: this.sdk.getSafeUserId(), incoming };
    request.on(VerificationRequestEvent.Change, this.#changed);
    this.#changed();
  }

  #forget(): void {
    this.#request?.off(VerificationRequestEvent.Change, this.#changed);
    this.#request = null;
    this.#current.set(null);
  }

  #remember(change: Partial<Memory>): void {
    this.#memory = { ...this.#memory, ...change };
    this.#show();
  }

  readonly #changed = (): void => {
    const request = this.#request;
    if (request === null) return;
    const { verifier } = request;
    if (verifier !== undefined && !this.#started.has(verifier)) {
      this.#started.add(verifier);
      // The request tells of a change before the emoji are there.
      verifier.on(VerifierEvent.ShowSas, this.#show);
      // How it ends is seen by the request's phase.
      verifier.verify().catch(this.#show);
    }
    if (request.phase === VerificationPhase.Ready && !this.#coded.has(request)) {
      this.#coded.add(request); // a second code would end the first one's verification
      void this.#makeCode(request);
    }
    this.#show();
  };

  async #makeCode(request: VerificationRequest): Promise<void> {
    if (!request.otherPartySupportsMethod(SCAN_QR)) return;
    let code: Uint8ClampedArray | undefined;
    try {
      code = await request.generateQRCode();
    } catch {
      return; // a device that is not known yet: emoji can be compared all the same
    }
    if (code !== undefined && request === this.#request) this.#remember({ qrCode: Uint8Array.from(code) });
  }

  readonly #show = (): void => {
    if (this.#request !== null) this.#current.set(snapshotOf(this.#request, this.#memory));
  };
}
