import { useEffect, useId, useState } from "react";
import styles from "./RadioGroup.module.css";

interface RadioGroupProps<T extends string> {
  readonly label: string;
  readonly labelHidden?: boolean;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly options: readonly {
    readonly value: T;
    readonly label: string;
    readonly hint?: string;
    readonly disabled?: boolean;
  }[];
  readonly disabled?: boolean;
}

const LONGEST_WAIT_MS = 4_000;

/** One of several, each with what it means. */
export function RadioGroup<T extends string>({
  label,
  labelHidden = false,
  value,
  onChange,
  options,
  disabled = false,
}: RadioGroupProps<T>) {
  const name = useId();
  const [wanted, setWanted] = useState<T | null>(null);
  // What was chosen is shown at once, until it is so, or turns out not to be.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another value ends the waiting
  useEffect(() => {
    setWanted(null);
  }, [value]);
  useEffect(() => {
    if (wanted === null) return;
    const timer = setTimeout(() => setWanted(null), LONGEST_WAIT_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  const choose = (chosen: T) => {
    setWanted(chosen);
    onChange(chosen);
  };
  return (
    <fieldset className={styles.group} disabled={disabled}>
      <legend className={labelHidden ? "visually-hidden" : styles.label}>{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.option}>
          <input
            type="radio"
            className={styles.radio}
            name={name}
            value={option.value}
            checked={option.value === (wanted ?? value)}
            disabled={option.disabled}
            onChange={() => choose(option.value)}
          />
          <span className={styles.words}>
            <span>{option.label}</span>
            {option.hint && <span className={styles.hint}>{option.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
