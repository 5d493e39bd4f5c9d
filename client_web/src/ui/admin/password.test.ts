import { expect, it } from "vitest";
import { newPassword } from "./password";

it("makes passwords that can be read aloud and are never the same", () => {
  const made = new Set(Array.from({ length: 50 }, newPassword));
  expect(made.size).toBe(50);
  for (const password of made) expect(password).toMatch(/^([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/);
});
