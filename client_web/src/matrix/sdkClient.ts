import {
  type ICreateClientOpts,
  MatrixClient,
  type MatrixEvent,
  MatrixScheduler,
  type Room,
} from "matrix-js-sdk";
import { LaterCrypto } from "./crypto/laterCrypto";
import { rememberEncrypted } from "./crypto/rememberEncrypted";

/** The SDK's client, whose rooms are there before its encryption is: whatever needs that waits for it. */
export class SdkClient extends MatrixClient {
  readonly #later: LaterCrypto | null;

  /** `canEncrypt`: `prepareCrypto` will be called. */
  constructor(options: ICreateClientOpts, canEncrypt: boolean) {
    super({ ...options, scheduler: new MatrixScheduler() });
    this.#later = canEncrypt ? new LaterCrypto() : null;
    if (canEncrypt) this.#waitBeforeEncrypting();
  }

  /** Something waits for the cryptography. */
  get cryptoWanted(): Promise<void> {
    return this.#later?.wanted ?? Promise.resolve();
  }

  /** Load and open the cryptography; `adopt` is done with it before it sends anything. */
  async prepareCrypto(databasePrefix: string, adopt: () => Promise<void>): Promise<void> {
    await this.initRustCrypto({ cryptoDatabasePrefix: databasePrefix });
    const backend = this.getCrypto();
    if (backend === undefined) throw new Error("there is no cryptography");
    await adopt();
    const whole = backend as Awaited<LaterCrypto["ready"]>;
    rememberEncrypted(whole);
    await this.#later?.begin(this, whole);
  }

  override async decryptEventIfNeeded(
    ...how: Parameters<MatrixClient["decryptEventIfNeeded"]>
  ): Promise<void> {
    const [event] = how;
    const isEarly = this.#later !== null && !this.#later.isReady;
    if (isEarly && !event.isState() && event.shouldAttemptDecryption()) await this.#later?.ready;
    await super.decryptEventIfNeeded(...how);
  }

  override async joinRoom(...how: Parameters<MatrixClient["joinRoom"]>): Promise<Room> {
    await this.#later?.ready;
    return super.joinRoom(...how);
  }

  override async invite(...how: Parameters<MatrixClient["invite"]>): ReturnType<MatrixClient["invite"]> {
    await this.#later?.ready;
    return super.invite(...how);
  }

  protected override buildSyncApiOptions(): ReturnType<MatrixClient["buildSyncApiOptions"]> {
    const options = super.buildSyncApiOptions();
    return this.#later === null ? options : { ...options, cryptoCallbacks: this.#later };
  }

  /** What is sent in an encrypted room meanwhile is shown at once, and encrypted when that can be done. */
  #waitBeforeEncrypting(): void {
    const hidden = this as unknown as Encrypting;
    const encrypt = hidden.encryptEventIfNeeded.bind(this);
    hidden.encryptEventIfNeeded = async (event, room) => {
      if (room?.hasEncryptionStateEvent()) await this.#later?.ready;
      await encrypt(event, room);
    };
  }
}

/** What the SDK's client does before it sends an event; it tells nobody. */
interface Encrypting {
  encryptEventIfNeeded(event: MatrixEvent, room?: Room): Promise<void>;
}
