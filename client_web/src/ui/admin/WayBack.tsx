import { Link } from "wouter";
import { Icon } from "../controls";
import styles from "./WayBack.module.css";

interface WayBackProps {
  readonly href: string;
  readonly label: string;
}

/** Where one came from. */
export function WayBack({ href, label }: WayBackProps) {
  return (
    <Link href={href} className={styles.back}>
      <Icon name="arrow-left" size="small" />
      {label}
    </Link>
  );
}
