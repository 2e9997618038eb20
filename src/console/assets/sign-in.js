// @ts-check
// Signing in.

import { ask, by, trouble } from "./base.js";

const form = /** @type {HTMLFormElement} */ (by("sign-in"));

/** Where one wanted to go; only to a page of this server. */
function next() {
  const to = new URLSearchParams(location.search).get("next") || "/";
  const address = new URL(to, location.origin);
  return address.origin === location.origin ? address.pathname + address.search : "/";
}

const provider = /** @type {HTMLAnchorElement | null} */ (document.getElementById("sign-on"));
if (provider) provider.search = new URLSearchParams({ next: next() }).toString();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = /** @type {any} */ (form.elements);
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  button.disabled = true;
  try {
    await ask("POST", "/session", { name: fields.name.value, password: fields.password.value });
    location.assign(next() + location.hash);
  } catch (error) {
    trouble(form, error);
    fields.password.value = "";
    fields.password.focus();
  }
  button.disabled = false;
});
