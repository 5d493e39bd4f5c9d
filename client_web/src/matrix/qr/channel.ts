import {
  type Curve25519PublicKey,
  Ecies,
  type EstablishedEcies,
  initAsync,
  QrCodeData,
  QrCodeIntent,
} from "@matrix-org/matrix-sdk-crypto-wasm";
import { NotAQrCode, QrInsecure } from "./errors";
import { checkedNote } from "./rendezvous";

const INITIATE = "MATRIX_QR_CODE_LOGIN_INITIATE";
const OK = "MATRIX_QR_CODE_LOGIN_OK";

/** What is read from the code of another device. */
export interface QrCode {
  /** `sign_in`: a new device shows it; `let_in`: one that is signed in. */
  readonly intent: "sign_in" | "let_in";
  readonly publicKey: Curve25519PublicKey;
  readonly rendezvousUrl: string;
  /** Only with `let_in`: where the account is. */
  readonly serverName: string;
}

/**
 * The encryption between two devices: what one writes, only the other can read, and nothing can be repeated or left
 * out. Who scanned knows whose key it is; who was scanned has to compare `checkCode`.
 */
export class Channel {
  /** Two digits, the same on both devices unless somebody stands between them. */
  readonly checkCode: string;

  private constructor(private readonly ecies: EstablishedEcies) {
    const [first = 0, second = 0] = ecies.check_code().as_bytes();
    this.checkCode = `${first % 10}${second % 10}`;
  }

  /** As the device that scanned: return the channel, and its first message. */
  static scanned(theirKey: Curve25519PublicKey): { readonly channel: Channel; readonly first: string } {
    const made = guarded(() => new Ecies().establish_outbound_channel(theirKey, INITIATE));
    return { channel: new Channel(made.channel), first: made.initial_message };
  }

  /** As the device whose code was scanned: return the channel to whoever sent this first message. */
  static wasScanned(ours: Ecies, message: string): Channel {
    const made = guarded(() => ours.establish_inbound_channel(message));
    if (made.message !== INITIATE) throw new QrInsecure("another beginning");
    return new Channel(made.channel);
  }

  encrypt(text: string): string {
    return this.ecies.encrypt(text);
  }

  /** Raises QrInsecure for what is not of the other device. */
  decrypt(message: string): string {
    return guarded(() => this.ecies.decrypt(message));
  }

  /** What says that the first message has arrived. */
  agree(): string {
    return this.encrypt(OK);
  }

  /** Raises QrInsecure unless the other device says that our first message has arrived. */
  expectAgreement(message: string): void {
    if (this.decrypt(message) !== OK) throw new QrInsecure("another answer");
  }
}

/** Make the key of one meeting. */
export async function makeKeys(): Promise<Ecies> {
  await initAsync();
  return new Ecies();
}

/** Return what the code holds that another device scans; `serverName` where we let that one in. */
export function encodeQrCode(keys: Ecies, rendezvousUrl: string, serverName?: string): Uint8Array {
  return new QrCodeData(keys.public_key(), rendezvousUrl, serverName).toBytes();
}

/** Read a code. Raises NotAQrCode. */
export async function decodeQrCode(bytes: Uint8Array): Promise<QrCode> {
  await initAsync();
  try {
    const data = QrCodeData.fromBytes(bytes);
    // A code of the other proposal (MSC4388) names no address: those who show one speak this one as well.
    const rendezvousUrl = checkedNote(data.rendezvousUrl ?? "");
    const intent = data.mode === QrCodeIntent.Login ? "sign_in" : "let_in";
    return { intent, publicKey: data.publicKey, rendezvousUrl, serverName: data.serverName ?? "" };
  } catch (error) {
    throw new NotAQrCode(String(error));
  }
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new QrInsecure(String(error));
  }
}
