import { useEffect, useState } from "react";
import { type RichElement, textOf } from "../../../matrix/html";
import { t } from "../../../words";
import { IconButton, showToast } from "../../controls";
import styles from "./CodeBlock.module.css";
import { type Colored, colored } from "./highlight";

/** A block of code, in colours where its language is known. */
export function CodeBlock({ element }: { readonly element: RichElement }) {
  const code = textOf(element.children).replace(/\n$/, "");
  const language = languageOf(element);
  const parts = useColors(code, language);
  const copy = (): void => {
    void navigator.clipboard.writeText(code).then(() => showToast(t("control.copied")));
  };
  return (
    <div className={styles.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre className={styles.code} dir="ltr" tabIndex={0}>
        <code>
          {parts.map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: code has no other order
            <span key={index} className={part.kind && styles[part.kind]}>
              {part.text}
            </span>
          ))}
        </code>
      </pre>
      <IconButton small icon="copy" label={t("control.copyCode")} className={styles.copy} onClick={copy} />
    </div>
  );
}

function languageOf(element: RichElement): string {
  const inner = element.children.find((child): child is RichElement => typeof child !== "string");
  return (inner?.attributes.class ?? "").replace(/^language-/, "").toLowerCase();
}

function useColors(code: string, language: string): readonly Colored[] {
  const [parts, setParts] = useState<readonly Colored[]>([{ text: code }]);
  useEffect(() => {
    let isWanted = true;
    setParts([{ text: code }]);
    if (language) void colored(code, language).then((found) => isWanted && setParts(found));
    return () => {
      isWanted = false;
    };
  }, [code, language]);
  return parts;
}
