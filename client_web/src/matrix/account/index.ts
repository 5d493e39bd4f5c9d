import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { accountPage } from "./accountPage";
import { readCapabilities } from "./capabilities";
import { readDevices } from "./devices";
import { confirmMail, readAddresses, sendMail } from "./emails";
import { readGrants } from "./grants";
import { uploadPicture } from "./picture";
import { createProofs } from "./proof";
import type { AccountSettings } from "./types";

export type { ProofRequest, Prove } from "./proof";
export type * from "./types";

/** Make it for one account's client. */
export function createAccount(sdk: MatrixClient, context: ClientContext): AccountSettings {
  const proofs = createProofs(context.userId, context.homeserverUrl);
  const { prove } = proofs;

  const signOutDevices = (deviceIds: readonly string[]): Promise<void> =>
    prove(async (auth) => {
      await sdk.deleteMultipleDevices([...deviceIds], (auth ?? undefined) as never);
    });

  return {
    userId: context.userId,
    proof: proofs.request,
    prove,
    capabilities: () => readCapabilities(sdk, context.session.get().oauth !== undefined),
    uploadPicture: (picture) => uploadPicture(sdk, picture),
    changePassword: (password, signOutOthers) =>
      prove(async (auth) => {
        await sdk.setPassword((auth ?? undefined) as never, password, signOutOthers);
      }),
    addresses: () => readAddresses(sdk),
    addEmail: (address, before) => sendMail(sdk, address, before),
    confirmEmail: (pending) => confirmMail(sdk, prove, pending),
    removeAddress: async ({ medium, address }) => {
      await sdk.deleteThreePid(medium as never, address);
    },
    devices: () => readDevices(sdk),
    renameDevice: async (deviceId, name) => {
      await sdk.setDeviceDetails(deviceId, { display_name: name });
    },
    signOutDevices,
    grants: () => readGrants(sdk),
    revokeGrant: (deviceId) => signOutDevices([deviceId]),
    pageFor: (action, deviceId) => accountPage(sdk, action, deviceId),
    async exportData(sink, progress) {
      const { exportData } = await import("./exportData");
      await exportData(sdk, sink, new Date(), progress);
    },
    deactivate: (erase) =>
      prove(async (auth) => {
        await sdk.deactivateAccount((auth ?? undefined) as never, erase);
      }),
  };
}
