import { expect, it } from "vitest";
import { nextStep, UNKNOWN_STATE } from "./nextStep";

const WELL = {
  ...UNKNOWN_STATE,
  known: true,
  identityExists: true,
  deviceVerified: true,
  storageExists: true,
  backupActive: true,
};

it.each([
  ["none", UNKNOWN_STATE],
  ["none", WELL],
  ["none", { ...WELL, available: false, backupActive: false }],
  ["set_up", { ...WELL, identityExists: false, deviceVerified: false }],
  ["verify", { ...WELL, deviceVerified: false, backupActive: false }],
  ["set_up", { ...WELL, storageExists: false }],
  ["backup", { ...WELL, backupActive: false }],
] as const)("the next step about encryption is %s (%#)", (step, state) => {
  expect(nextStep(state)).toBe(step);
});
