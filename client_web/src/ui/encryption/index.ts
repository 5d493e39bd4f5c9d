export { EncryptionBanner } from "./EncryptionBanner";
export { EncryptionDialogs } from "./EncryptionDialogs";
export { IdentityBanner } from "./IdentityBanner";
export { QrCode } from "./QrCode";
export { QrScanner } from "./QrScanner";
