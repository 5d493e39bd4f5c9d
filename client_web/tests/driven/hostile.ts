/**
 * Somebody means harm: with names, messages, links, pictures and states that are meant to run, to fetch, to mislead or
 * to break. Nothing of it is executed, nothing is asked of strangers, and the room stays usable.
 */

import type { Page } from "playwright-core";
import { ask, makeAccount, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, picture, SERVER, withBrowser } from "../support/browser.ts";
import { upload } from "../support/drawings.ts";
import { arrive, message, openRoom, roomOf, row, say, send, tell, until } from "../support/steps.ts";

const RUN = Date.now() % 1_000_000;
const RUNS = "window.harmed = true";
const ELSEWHERE = "https://tracker.example";
const TURNED = "\u202e";
const EVIL_NAME = `${TURNED}<img src=x onerror="${RUNS}">mal`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60" onload="${RUNS}"><script>${RUNS}</script>
  <image href="${ELSEWHERE}/svg.png" width="9" height="9"/><foreignObject width="90" height="60"><iframe
  xmlns="http://www.w3.org/1999/xhtml" srcdoc="&lt;script&gt;parent.${RUNS}&lt;/script&gt;"/></foreignObject></svg>`;
const HTML = [
  `<script>${RUNS}</script>`,
  `<img src=x onerror="${RUNS}"><img src="${ELSEWHERE}/pixel.png"><img src="data:image/svg+xml,${SVG}">`,
  `<svg onload="${RUNS}"><animate onbegin="${RUNS}" attributeName="x"/></svg><math><mtext><script>${RUNS}</script>`,
  `<iframe src="javascript:${RUNS}" srcdoc="<script>parent.${RUNS}</script>"></iframe><object data="${ELSEWHERE}/o">`,
  `<style>@import "${ELSEWHERE}/style.css"; * { display: none }</style><link rel=stylesheet href="${ELSEWHERE}/l.css">`,
  `<form action="${ELSEWHERE}/form"><button autofocus onfocus="${RUNS}">Send</button></form><base href="${ELSEWHERE}/">`,
  `<a href="javascript:${RUNS}">one</a><a href="&#106;avascript:${RUNS}">two</a><a href="data:text/html,x">three</a>`,
  `<a href="vbscript:x">four</a><a href="//tracker.example/five" target="_self" onclick="${RUNS}">five</a>`,
  `<font color="red;background:url(${ELSEWHERE}/font.png)" style="position:fixed;inset:0">six</font>`,
  `<div style="background:url(${ELSEWHERE}/div.png)" onmouseover="${RUNS}">seven</div><video src="${ELSEWHERE}/v">`,
  `<span data-mx-color="red;}*{display:none" data-mx-spoiler="<b>${RUNS}</b>">eight</span><noscript><p title="</noscript><img src=x onerror=${RUNS}>">`,
].join("");

await withBrowser(async (browser) => {
  const mal = await makeAccount(`mal${RUN}`, "Parlour on Firefox");
  const vera = await makeAccount(`vera${RUN}`, "Parlour on Chromium");
  // The policy is the second wall: nothing may get as far as that.
  const person = await arrive(browser, vera, "vera", { hasNoPolicy: true });
  const { page } = person;
  const image = await upload(mal.accessToken, Buffer.from(SVG), "image/svg+xml");
  await isCalledSo(mal, image.mxc);
  const den = await roomOf(mal, [vera], { name: EVIL_NAME, topic: HTML });
  const asked = watchRequests(page);
  await openRoom(page, den);
  await saysAll(mal, den, image.mxc);
  await tell(mal, den, "That was all of it");
  await message(page, "That was all of it").waitFor();
  await looksAtAll(page, den);
  await message(page, "That was all of it").hover();
  await message(page, "That was all of it").getByRole("button", { name: "Reply", exact: true }).click();
  await say(page, "Nothing happened");
  await message(page, "Nothing happened").waitFor();
  await isHarmless(page);
  if (asked.length > 0) throw new Error(`asked of strangers: ${asked.join(" ")}`);
  await picture(page, "hostile");
  expectNoFaults(person);
});

async function isCalledSo(mal: TestAccount, avatar: string): Promise<void> {
  const path = `/profile/${encodeURIComponent(mal.userId)}`;
  await ask("PUT", `${path}/displayname`, mal.accessToken, { displayname: EVIL_NAME });
  await ask("PUT", `${path}/avatar_url`, mal.accessToken, { avatar_url: avatar });
}

/** Every request that leaves for elsewhere than the server. */
function watchRequests(page: Page): readonly string[] {
  const asked: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(SERVER) && !url.startsWith("blob:")) asked.push(url.slice(0, 100));
  });
  page.on("dialog", (dialog) => void dialog.dismiss().then(() => asked.push(`dialog: ${dialog.message()}`)));
  page.context().on("page", (other) => asked.push(`window: ${other.url()}`));
  return asked;
}

async function saysAll(mal: TestAccount, den: string, svg: string): Promise<void> {
  const html = { format: "org.matrix.custom.html", formatted_body: HTML };
  await send(mal, den, { msgtype: "m.text", body: "formatted", ...html });
  await send(mal, den, { msgtype: "m.emote", body: HTML, ...html });
  await send(mal, den, { msgtype: "m.text", body: `javascript:${RUNS} ${ELSEWHERE}/${TURNED}gpj.exe` });
  const info = { mimetype: "image/svg+xml", w: 90, h: 60, thumbnail_url: `${ELSEWHERE}/thumbnail.png` };
  await send(mal, den, { msgtype: "m.image", body: `${TURNED}gnp.svg`, url: svg, info });
  await send(mal, den, { msgtype: "m.image", body: "far.png", url: `${ELSEWHERE}/far.png`, info });
  await send(mal, den, {
    msgtype: "m.image",
    body: "run.png",
    url: `javascript:${RUNS}`,
    info: { w: -1, h: "x" },
  });
  await send(mal, den, { body: "sticker", url: svg, info }, "m.sticker");
  const page = await upload(mal.accessToken, Buffer.from(`<script>${RUNS}</script>`), "text/html");
  await send(mal, den, {
    msgtype: "m.file",
    body: "page.html",
    url: page.mxc,
    info: { mimetype: "text/html" },
  });
  await send(mal, den, { msgtype: "m.location", body: HTML, geo_uri: `javascript:${RUNS}` });
  const question = { "m.text": HTML, body: HTML };
  const answers = [{ id: "<b>", "m.text": HTML, "org.matrix.msc1767.text": HTML }];
  await send(mal, den, { "m.poll": { question, answers, kind: [] }, "m.text": HTML }, "m.poll.start");
  for (const content of [
    { msgtype: "m.text", body: { toString: "x" } },
    { msgtype: ["m.text"], body: 7, "m.relates_to": "x", "m.mentions": 3 },
    { msgtype: "m.text", body: "x", "m.relates_to": { "m.in_reply_to": { event_id: 5 } } },
    {
      msgtype: "m.text",
      body: "e\u0301".repeat(5_000),
      format: "org.matrix.custom.html",
      formatted_body: "<ul><li>".repeat(3_000),
    },
    { msgtype: "m.image", body: null, file: { url: 9, key: [], hashes: null }, info: [] },
  ])
    await send(mal, den, content);
  for (const [type, content] of [
    ["m.room.topic", { topic: HTML }],
    ["m.room.pinned_events", { pinned: [{}, 7, "$none"] }],
    ["m.room.avatar", { url: `javascript:${RUNS}` }],
    ["m.room.canonical_alias", { alias: "#<b>:x", alt_aliases: "x" }],
  ] as const)
    await ask("PUT", `/rooms/${encodeURIComponent(den)}/state/${type}/`, mal.accessToken, content);
}

/** Everywhere that shows what somebody else wrote. */
async function looksAtAll(page: Page, den: string): Promise<void> {
  const log = page.getByRole("log").first();
  const beginning = log.getByText(/created this room/).first();
  await until("the beginning is in sight", async () => {
    await log.evaluate((box) => box.scrollBy(0, -box.clientHeight * 0.8));
    await isHarmless(page);
    return beginning.isVisible();
  });
  await log.getByText("seven").first().waitFor();
  await page.goto("/chat");
  await row(page, "mal").waitFor();
  await isHarmless(page);
  await openRoom(page, den);
  await page.keyboard.press("Alt+i");
  await isHarmless(page);
  await openRoom(page, den);
  await message(page, "That was all of it").waitFor();
}

/** Nothing has run, nothing is there that could, and every link says and does what links may. */
async function isHarmless(page: Page): Promise<void> {
  const found = await page.evaluate((turned) => {
    const faults: string[] = [];
    if ("harmed" in window) faults.push("something ran");
    for (const each of document.querySelectorAll(
      "iframe, object, embed, form[action], base, link[href*=tracker]",
    ))
      faults.push(each.outerHTML.slice(0, 200));
    for (const each of document.querySelectorAll("main *, aside *, nav *")) {
      for (const { name, value } of each.attributes)
        if (name.startsWith("on") || /^\s*(javascript|vbscript|data):/i.test(value))
          faults.push(`${each.tagName} ${name}=${value.slice(0, 100)}`);
    }
    for (const link of document.querySelectorAll<HTMLAnchorElement>("article a[href]")) {
      if (!/^(https?|mailto|matrix|magnet|geo|ftp):/.test(link.protocol)) faults.push(`link to ${link.href}`);
      const isOurs = link.origin === location.origin;
      if (!isOurs && (link.target !== "_blank" || !link.rel.includes("noopener")))
        faults.push(link.outerHTML);
    }
    for (const image of document.querySelectorAll<HTMLImageElement>("img[src]"))
      if (!image.src.startsWith("blob:") && !image.src.startsWith(location.origin)) faults.push(image.src);
    const names = [...document.querySelectorAll("[data-area=list], [data-area=room] header, article button")];
    for (const each of names)
      if (each.textContent?.includes(turned)) faults.push(`turned: ${each.textContent.slice(0, 80)}`);
    return faults;
  }, TURNED);
  if (found.length > 0) throw new Error(found.slice(0, 10).join("\n"));
}
