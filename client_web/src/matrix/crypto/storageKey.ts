import type { CryptoCallbacks } from "matrix-js-sdk/lib/crypto-api";

/**
 * The key of the secret storage, for as long as something is being done with it: `use` gives it, the SDK asks for
 * it, and nobody has it afterwards.
 */
export interface StorageKey {
  readonly callbacks: CryptoCallbacks;
  /** Do something while the key is at hand; `id` names it where it is in use already. */
  use<T>(key: Uint8Array<ArrayBuffer>, id: string | null, work: () => Promise<T>): Promise<T>;
}

/** Make the holder whose `callbacks` the SDK's client is created with. */
export function createStorageKey(): StorageKey {
  let held: { readonly key: Uint8Array<ArrayBuffer>; readonly id: string | null } | null = null;
  return {
    callbacks: {
      getSecretStorageKey: async ({ keys }) => {
        if (held === null) return null;
        const id = held.id ?? Object.keys(keys)[0];
        return id !== undefined && id in keys ? [id, held.key] : null;
      },
      cacheSecretStorageKey: (id, _description, key) => {
        if (held !== null) held = { key, id };
      },
    },
    async use(key, id, work) {
      held = { key, id };
      try {
        return await work();
      } finally {
        held = null;
      }
    },
  };
}
