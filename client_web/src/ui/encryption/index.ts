export { EncryptionBanner } from "./EncryptionBanner";
export { EncryptionContent } from "./EncryptionContent";
export { IdentityBanner } from "./IdentityBanner";
export { QrCode } from "./QrCode";
export { QrScanner } from "./QrScanner";
