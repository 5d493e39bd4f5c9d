import { t } from "../words";

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\//, "Firefox"],
  [/\bChrom(?:e|ium)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\b(?:iPhone|iPad)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

/** Return what this device is called in the user's list until they rename it. */
export function deviceName(agent: string = navigator.userAgent): string {
  return t("web.device_name", nameOf(BROWSERS, agent, "Web"), nameOf(SYSTEMS, agent, "Web"));
}

function nameOf(known: readonly (readonly [RegExp, string])[], agent: string, otherwise: string): string {
  return known.find(([mark]) => mark.test(agent))?.[1] ?? otherwise;
}
