/** One line of a plot: pieces of a path, apart where there is nothing to show. */
export function plotPath(values: readonly (number | null)[], width: number, height: number): string {
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return "";
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const heightOf = (value: number): number =>
    high === low ? height / 2 : height - ((value - low) / (high - low)) * height;
  const draws = (at: number): boolean => (values[at] ?? null) !== null;
  return values
    .map((value, at) => {
      if (value === null) return "";
      const point = `${round(at * step)} ${round(heightOf(value))}`;
      if (draws(at - 1)) return `L${point}`;
      return draws(at + 1) ? `M${point}` : `M${point}h0`; // alone, it is a dot
    })
    .join("");
}

/** Gather values into at most so many, each the mean of those it stands for. */
export function thinned(values: readonly (number | null)[], most: number): readonly (number | null)[] {
  if (values.length <= most) return values;
  const size = values.length / most;
  return Array.from({ length: most }, (_, index) =>
    mean(values.slice(Math.floor(index * size), Math.floor((index + 1) * size))),
  );
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
