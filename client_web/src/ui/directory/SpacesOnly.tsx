import { t } from "../../words";
import { Checkbox } from "../controls";

interface SpacesOnlyProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** Leaves out everything that is no space. */
export function SpacesOnly({ checked, onChange }: SpacesOnlyProps) {
  return <Checkbox label={t("dialogs.directory_only_spaces")} checked={checked} onChange={onChange} />;
}
