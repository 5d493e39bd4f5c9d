import { IndexedDBStoreWorker } from "matrix-js-sdk/lib/indexeddb-worker";

// Reads and writes what is stored of rooms, so that the page goes on meanwhile.
const worker = new IndexedDBStoreWorker((message) => postMessage(message));
addEventListener("message", worker.onMessage);
