"use strict";

// The token comes behind the #, which browsers send to nobody.
const form = document.getElementById("form");
const error = document.getElementById("error");
const done = document.getElementById("done");
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) form.token.value = given;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  error.hidden = true;
  form.querySelector("button").disabled = true;
  try {
    show(done, `You are ${await register()}. Sign in with any Matrix client; the homeserver is ${location.origin}.`);
    form.hidden = true;
    history.replaceState(null, "", location.pathname);
  } catch (problem) {
    show(error, problem.message);
  } finally {
    form.querySelector("button").disabled = false;
  }
});

async function register() {
  const token = form.token.value.trim();
  const auth = token ? { type: "m.login.registration_token", token } : { type: "m.login.dummy" };
  const body = { username: form.username.value.trim(), password: form.password.value, inhibit_login: true, auth };
  const response = await fetch("/_matrix/client/v3/register", { method: "POST", body: JSON.stringify(body) });
  const answer = await response.json();
  if (response.ok) return answer.user_id;
  if (response.status === 401 && !answer.errcode) throw new Error("This server wants a registration token.");
  throw new Error(answer.error || "That did not work. Try again.");
}

function show(element, text) {
  element.textContent = text;
  element.hidden = false;
}
