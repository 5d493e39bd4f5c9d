import type { MatrixEvent } from "matrix-js-sdk";
import type { JsonObject } from "../shapes";
import type { EventItem } from "../timeline/values";
import type { Writer } from ".";

/** `{"room_id", "name", "exported_at_ms", "events": […]}`, events as the server gave them, decrypted. */
export class JsonWriter implements Writer {
  #isFirst = true;

  constructor(
    readonly roomId: string,
    readonly name: string,
  ) {}

  begin(): string {
    const head = { room_id: this.roomId, name: this.name, exported_at_ms: Date.now() };
    return `${JSON.stringify(head).slice(0, -1)},"events":[`;
  }

  write(event: MatrixEvent, _item: EventItem | null, files: ReadonlyMap<string, string>): string {
    const raw = event.event as JsonObject;
    const isDecrypted = event.isEncrypted() && !event.isDecryptionFailure() && !event.isRedacted();
    const clear = isDecrypted
      ? { type: event.getType(), content: event.getOriginalContent(), decrypted: true }
      : {};
    const separator = this.#isFirst ? "\n" : ",\n";
    this.#isFirst = false;
    const saved = files.size > 0 ? { files: [...files.values()] } : {};
    return separator + JSON.stringify({ ...raw, ...clear, ...saved });
  }

  end(): string {
    return "\n]}\n";
  }
}
