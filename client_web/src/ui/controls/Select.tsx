import { Select as Base } from "@base-ui/react/select";
import { useId } from "react";
import styles from "./Floating.module.css";
import { Icon } from "./Icon";

interface SelectProps<T extends string | number> {
  readonly label: string;
  readonly labelHidden?: boolean;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly disabled?: boolean;
}

/** One of several, chosen from a list. */
export function Select<T extends string | number>({
  label,
  labelHidden = false,
  value,
  onChange,
  options,
  disabled = false,
}: SelectProps<T>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <span id={id} className={labelHidden ? "visually-hidden" : styles.label}>
        {label}
      </span>
      <Base.Root
        items={[...options]}
        value={value}
        onValueChange={(chosen) => chosen !== null && onChange(chosen)}
        disabled={disabled}
      >
        <Base.Trigger className={styles.trigger} aria-labelledby={id}>
          <Base.Value />
          <Icon name="chevrons-up-down" size="small" />
        </Base.Trigger>
        <Base.Portal>
          <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className={styles.positioner}>
            <Base.Popup className={styles.popup}>
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} className={styles.item}>
                  <Base.ItemText className={styles.grow}>{option.label}</Base.ItemText>
                  <Base.ItemIndicator>
                    <Icon name="check" size="small" />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </div>
  );
}
