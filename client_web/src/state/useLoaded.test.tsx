import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { useLoaded } from "./useLoaded";

it("keeps what was there while it asks again, and says what went wrong", async () => {
  let answer: () => Promise<number> = () => Promise.resolve(1);
  const { result } = renderHook(() => useLoaded(() => answer(), "same"));
  await waitFor(() => expect(result.current.value).toBe(1), { timeout: 60_000 });
  const failure = new Error("no answer");
  answer = () => Promise.reject(failure);
  await act(() => result.current.reload());
  expect([result.current.value, result.current.error]).toEqual([1, failure]);
  answer = () => Promise.resolve(2);
  await act(() => result.current.reload());
  expect([result.current.value, result.current.error]).toEqual([2, undefined]);
});

it("drops an answer that comes after another question", async () => {
  const answers: ((text: string) => void)[] = [];
  const load = (): Promise<string> => new Promise((resolve) => answers.push(resolve));
  const { result, rerender } = renderHook(({ key }) => useLoaded(load, key), { initialProps: { key: "a" } });
  rerender({ key: "b" });
  await act(async () => answers[1]?.("second"));
  await act(async () => answers[0]?.("first"));
  expect(result.current.value).toBe("second");
});
