import type { LocationItem } from "../../../matrix/timeline/values";
import { t } from "../../../words";
import { Icon } from "../../controls";
import styles from "./FileContent.module.css";

/** A place: its description, and the way to a map, which is asked only when somebody goes there. */
export function LocationContent({ item }: { readonly item: LocationItem }) {
  const [latitude = "0", longitude = "0"] = item.geoUri.slice("geo:".length).split(/[,;]/);
  const place = `${Number(latitude)}/${Number(longitude)}`;
  const map = `https://www.openstreetmap.org/?mlat=${Number(latitude)}&mlon=${Number(longitude)}#map=15/${place}`;
  return (
    <div className={styles.file}>
      <span className={styles.picture}>
        <Icon name="map-pin" />
      </span>
      <span className={styles.words}>
        <bdi className={styles.name}>{item.body || t("main.kind.location")}</bdi>
        <a href={map} target="_blank" rel="noopener noreferrer" className={styles.size}>
          {t("main.location.open")}
        </a>
      </span>
    </div>
  );
}
