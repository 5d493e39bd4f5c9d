import { initAsync } from "@matrix-org/matrix-sdk-crypto-wasm";

/** Load and compile the cryptography; once, however often it is asked for. */
export async function warmCrypto(): Promise<void> {
  await initAsync();
}
