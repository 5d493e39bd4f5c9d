import { NamespacedValue, UnstableValue } from "matrix-events-sdk/lib/NamespacedValue";

/** What the SDK uses of `matrix-events-sdk`, which is built so that all of it comes along otherwise. */
export { NamespacedValue, UnstableValue };

export const M_POLL_START = new UnstableValue("m.poll.start", "org.matrix.msc3381.poll.start");

/** Reads events in a way that nobody here asks for. */
export const ExtensibleEvents = { parse: (): null => null };
