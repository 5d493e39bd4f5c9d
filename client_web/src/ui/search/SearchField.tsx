import { useEffect, useRef } from "react";
import { t } from "../../words";
import { IconButton, TextField } from "../controls";

interface SearchFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder: string;
}

/** Where one says what to look for; it takes the focus when it appears. */
export function SearchField({ value, onChange, placeholder }: SearchFieldProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector("input")?.focus(), []);
  return (
    <div ref={box}>
      <TextField
        label={placeholder}
        labelHidden
        type="search"
        icon="search"
        placeholder={placeholder}
        value={value}
        onChange={onChange}
        autoComplete="off"
        spellCheck={false}
        end={value && <IconButton small icon="x" label={t("control.clear")} onClick={() => onChange("")} />}
      />
    </div>
  );
}
