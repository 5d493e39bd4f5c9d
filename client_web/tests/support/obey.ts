/** A script that does what it is told, step by step: whoever runs it tells the story. */

import { createInterface } from "node:readline";

/** One step; ends when the page shows that it is done. */
type Step = (about: never) => Promise<unknown>;

/**
 * Read commands from the input until its end: each line is one in JSON, `{"do": NAME, ...}`, and is answered by a line
 * of the output, `{"ok": RESULT}` or `{"error": TEXT}`. The first error is the last answer, and thrown.
 */
export async function obey(steps: Readonly<Record<string, Step>>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { do: name, ...about } = JSON.parse(line) as { readonly do: string };
    try {
      const step = steps[name];
      if (step === undefined) throw new Error(`There is no step ${name}`);
      answer({ ok: (await step(about as never)) ?? null });
    } catch (error) {
      answer({ error: `${name} ${JSON.stringify(about)}: ${error instanceof Error ? error.stack : error}` });
      throw error;
    }
  }
}

function answer(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
