import { useMemo } from "react";
import { encode } from "uqr";
import styles from "./encryption.module.css";

interface QrCodeProps {
  readonly data: Uint8Array | string;
  /** What it is, for who cannot see it. */
  readonly label: string;
}

/** A QR code. It is black on white in every theme: other devices have to read it. */
export function QrCode({ data, label }: QrCodeProps) {
  const { size, path } = useMemo(() => drawing(data), [data]);
  return (
    <svg
      role="img"
      aria-label={label}
      className={styles.code}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      data-testid="qr-code"
    >
      <rect width={size} height={size} fill="white" />
      <path d={path} fill="black" />
    </svg>
  );
}

function drawing(data: Uint8Array | string): { readonly size: number; readonly path: string } {
  const code = encode(typeof data === "string" ? data : Array.from(data), { ecc: "L", border: 2 });
  const squares = code.data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
  return { size: code.size, path: squares.join("") };
}
