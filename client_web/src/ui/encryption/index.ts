export { EncryptionContent } from "./EncryptionContent";
export { QrCode } from "./QrCode";
export { QrScanner } from "./QrScanner";
