import { useMemo } from "react";
import { encode } from "uqr";
import styles from "./QrCode.module.css";

interface QrCodeProps {
  readonly text: string;
  /** What it leads to, for who cannot see it. */
  readonly label: string;
}

/** A text to be read by a camera. */
export function QrCode({ text, label }: QrCodeProps) {
  const { size, path } = useMemo(() => drawing(text), [text]);
  return (
    <svg className={styles.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={path} />
    </svg>
  );
}

function drawing(text: string): { readonly size: number; readonly path: string } {
  const { data, size } = encode(text, { border: 2 });
  const cells = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
  return { size, path: cells.join("") };
}
