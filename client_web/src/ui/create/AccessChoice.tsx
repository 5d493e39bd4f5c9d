import type { Access } from "../../matrix/rooms";
import { t, type WordId } from "../../words";
import { RadioGroup } from "../room_settings/RadioGroup";

const WORDS: Readonly<Record<Access, readonly [WordId, WordId]>> = {
  restricted: ["dialogs.create_restricted", "dialogs.create_restricted_text"],
  invited: ["dialogs.create_private", "dialogs.create_private_text"],
  knock: ["dialogs.create_knock", "dialogs.create_knock_text"],
  public: ["dialogs.create_public", "dialogs.create_public_text"],
};

interface AccessChoiceProps {
  readonly value: Access;
  /** Of the space it is made in; empty outside of spaces. */
  readonly spaceName: string;
  readonly onChange: (value: Access) => void;
}

/** Who can join. */
export function AccessChoice({ value, spaceName, onChange }: AccessChoiceProps) {
  const choices: readonly Access[] = spaceName
    ? ["restricted", "invited", "knock", "public"]
    : ["invited", "knock", "public"];
  return (
    <RadioGroup
      label={t("dialogs.create_who")}
      value={value}
      onChange={onChange}
      options={choices.map((choice) => ({
        value: choice,
        label: t(WORDS[choice][0], spaceName),
        hint: t(WORDS[choice][1]),
      }))}
    />
  );
}
