type Mark = "none" | "unread" | "mention";

const SIZE = 64;
const ICON = "/assets/icon.svg";
const made = new Map<Mark, string>();
let shown: Mark = "none";

/** Put a dot on the tab's picture, or take it away. */
export async function showFaviconMark(mark: Mark): Promise<void> {
  if (mark === shown) return;
  shown = mark;
  const href = mark === "none" ? ICON : (made.get(mark) ?? (await draw(mark)));
  if (href === null || shown !== mark) return;
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel="icon"]')) {
    link.href = href;
    if (mark !== "none") link.type = "image/png";
  }
}

/** Draw our icon with a dot in the corner; null where this browser cannot. */
async function draw(mark: Mark): Promise<string | null> {
  const image = new Image(SIZE, SIZE);
  image.src = ICON;
  try {
    await image.decode();
  } catch {
    return null; // the icon cannot be had: the tab keeps what it has
  }
  const canvas = document.createElement("canvas");
  canvas.width = SIZE;
  canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  if (pen === null) return null;
  pen.drawImage(image, 0, 0, SIZE, SIZE);
  pen.beginPath();
  pen.arc(SIZE * 0.76, SIZE * 0.24, SIZE * 0.22, 0, Math.PI * 2);
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(
    mark === "mention" ? "--color-mention" : "--color-accent",
  );
  pen.fill();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (blob === null) return null;
  const url = URL.createObjectURL(blob);
  made.set(mark, url);
  return url;
}
