import { renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import type { TextItem } from "../../../matrix/timeline/values";
import { useArrivals } from "./useArrivals";

const message = (key: string): TextItem =>
  ({ key, kind: "text", body: key, isOwn: false, sender: { name: "Bob" } }) as TextItem;
const [first, second, third] = [message("first"), message("second"), message("third")];

it("counts what came out of sight, and nothing that was seen as it came", () => {
  const { result, rerender } = renderHook(({ items, isAtEnd }) => useArrivals(items, isAtEnd), {
    initialProps: { items: [first], isAtEnd: true },
  });
  rerender({ items: [first, second], isAtEnd: true });
  expect(result.current).toEqual({ count: 0, spoken: "Bob: second" });
  rerender({ items: [first, second], isAtEnd: false });
  expect(result.current.count).toBe(0);
  rerender({ items: [first, second, third], isAtEnd: false });
  expect(result.current.count).toBe(1);
  rerender({ items: [first, second, third], isAtEnd: true });
  rerender({ items: [first, second, third], isAtEnd: false });
  expect(result.current.count).toBe(0);
});
