import { Select } from "../controls";
import styles from "./RoomSettings.module.css";
import { levelChoices } from "./roles";

interface RoleSelectProps {
  readonly label: string;
  readonly level: number;
  /** One's own level: nobody can be given more. */
  readonly highest: number;
  readonly disabled?: boolean;
  readonly onChange: (level: number) => void;
}

/** One of the roles, or the level that is none of them. */
export function RoleSelect({ label, level, highest, disabled = false, onChange }: RoleSelectProps) {
  return (
    <div className={styles.role}>
      <Select
        label={label}
        labelHidden
        value={level}
        disabled={disabled}
        onChange={(chosen) => chosen !== level && onChange(chosen)}
        options={levelChoices(highest, level)}
      />
    </div>
  );
}
