import { useState } from "react";
import { t } from "../../words";
import { Select } from "../controls";
import { OtherLevelDialog } from "./OtherLevelDialog";
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

const OTHER = "other";

/** One of the roles, or a level of one's own choice. */
export function RoleSelect({ label, level, highest, disabled = false, onChange }: RoleSelectProps) {
  const [isAsking, setAsking] = useState(false);
  const choose = (chosen: number | typeof OTHER) => {
    if (chosen === OTHER) setAsking(true);
    else if (chosen !== level) onChange(chosen);
  };
  return (
    <div className={styles.role}>
      <Select<number | typeof OTHER>
        label={label}
        labelHidden
        value={level}
        disabled={disabled}
        onChange={choose}
        options={[...levelChoices(highest, level), { value: OTHER, label: t("dialogs.role_other") }]}
      />
      {isAsking && (
        <OtherLevelDialog
          level={level}
          highest={highest}
          onClose={() => setAsking(false)}
          onChoose={(chosen) => {
            setAsking(false);
            if (chosen !== level) onChange(chosen);
          }}
        />
      )}
    </div>
  );
}
