import { loadedEarly } from "../pages/loadedEarly";

/** The chat, which is loaded while the account is being opened. */
export const chatPage = loadedEarly(() => import("./ChatPage"));
