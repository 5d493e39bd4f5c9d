"""A captcha of the tests' own: its script shows one box, whose tick is worth an answer that is good once."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe

from aiohttp import web

SITE_KEY = "site key"
SECRET_KEY = "secret key"
SCRIPT = """
for (const box of document.querySelectorAll(".g-recaptcha")) {
  const label = document.createElement("label");
  const tick = document.createElement("input");
  tick.type = "checkbox";
  label.append(tick, " I am not a robot");
  const answer = document.createElement("input");
  answer.type = "hidden";
  answer.name = "g-recaptcha-response";
  box.append(label, answer);
  tick.addEventListener("change", async () => {
    const question = new URL("https://HOST/answer");
    question.searchParams.set("site_key", box.dataset.sitekey);
    answer.value = tick.checked ? await (await fetch(question)).text() : "";
    label.dataset.solved = String(answer.value !== "");
  });
}
"""


@dataclass
class CaptchaProvider:
    """Where browsers find the script, at `host`, and where the server has answers verified."""

    host: str
    script_port: int = 0
    verify_url: str = ""
    given: set[str] = field(default_factory=set)
    """Answers that nobody has had verified yet."""
    verdicts: list[bool] = field(default_factory=list)

    @property
    def script_url(self) -> str:
        return f"https://{self.host}/captcha.js"

    async def script(self, request: web.Request) -> web.Response:
        return web.Response(text=SCRIPT.replace("HOST", self.host), content_type="text/javascript")

    async def answer(self, request: web.Request) -> web.Response:
        answer = token_urlsafe(8) if request.query["site_key"] == SITE_KEY else ""
        self.given.add(answer)
        return web.Response(text=answer, headers={"Access-Control-Allow-Origin": "*"})

    async def verify(self, request: web.Request) -> web.Response:
        form = await request.post()
        is_solved = form["secret"] == SECRET_KEY and str(form["response"]) in self.given
        self.given.discard(str(form["response"]))
        self.verdicts.append(is_solved)
        return web.json_response({"success": is_solved})


@asynccontextmanager
async def running_captcha_provider(host: str, tls: ssl.SSLContext) -> AsyncIterator[CaptchaProvider]:
    """Run a provider; browsers have to be told where its host is."""
    provider = CaptchaProvider(host)
    app = web.Application()
    app.router.add_get("/captcha.js", provider.script)
    app.router.add_get("/answer", provider.answer)
    app.router.add_post("/verify", provider.verify)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        provider.script_port, verify_port = (address[1] for address in runner.addresses)
        provider.verify_url = f"http://127.0.0.1:{verify_port}/verify"
        yield provider
    finally:
        await runner.cleanup()
