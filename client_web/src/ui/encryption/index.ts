export { EncryptionBanner } from "./EncryptionBanner";
export { EncryptionContent } from "./EncryptionContent";
export { EncryptionDialogs } from "./EncryptionDialogs";
export { IdentityBanner } from "./IdentityBanner";
export { QrCode } from "./QrCode";
export { QrScanner } from "./QrScanner";
