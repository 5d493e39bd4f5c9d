import { ProfileContent } from "../account/ProfileContent";
import { PresenceGroup } from "./PresenceGroup";
import styles from "./settings.module.css";

/** What others see of one. */
export default function ProfileSettings() {
  return (
    <div className={styles.page}>
      <ProfileContent />
      <PresenceGroup />
    </div>
  );
}
