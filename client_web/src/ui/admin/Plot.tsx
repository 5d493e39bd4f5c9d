import { classNames } from "../controls";
import styles from "./Plot.module.css";
import { plotPath, thinned } from "./plot";

interface PlotProps {
  /** What it shows, in words, for who cannot see it. */
  readonly label: string;
  /** The oldest first; null where nothing was measured. */
  readonly values: readonly (number | null)[];
  readonly tone: "accent" | "link" | "mention" | "plain";
}

const [WIDTH, HEIGHT, MOST] = [200, 48, 60];

/** A small line: how something went lately. */
export function Plot({ label, values, tone }: PlotProps) {
  const path = plotPath(thinned(values, MOST), WIDTH, HEIGHT);
  return (
    <svg
      className={classNames(styles.plot, path ? styles[tone] : styles.empty)}
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={path || `M0 ${HEIGHT / 2}H${WIDTH}`} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
