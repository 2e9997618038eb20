// @ts-check
// A sealed meeting: that it is one, how it is opened and closed again.

import { ask, by, choose, say, t, trouble } from "./base.js";

const bar = by("sealed");
const path = `/meetings/${encodeURIComponent(bar.dataset.meeting)}/seal`;
const dialog = /** @type {HTMLDialogElement} */ (by("unsealing"));
const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
let looking = 0;

/** The key file, as hexadecimal digits: it goes out with the request and is kept nowhere. */
async function identity(/** @type {File} */ file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function show(/** @type {any} */ told) {
  clearTimeout(looking);
  bar.hidden = !told.sealed;
  if (!told.sealed) return;
  const parts = told.parts
    .filter((/** @type {any} */ part) => !part.released)
    .map((/** @type {any} */ part) => `${part.from}–${part.until || "…"}`)
    .join(", ");
  const what = told.open
    ? t("page.seal.open", { by: told.by, minutes: told.minutes })
    : told.whole
      ? t("page.seal.whole")
      : t("page.seal.parts", { parts });
  by("sealed-what").textContent = what;
  by("unseal").hidden = told.open;
  by("reseal").hidden = !told.open;
  // When it has been closed for want of requests, nothing of it stays on the screen.
  if (told.open) looking = window.setTimeout(look, told.minutes * 60000 + 1000);
}

async function look() {
  try {
    const told = await ask("GET", path);
    if (!by("reseal").hidden && !told.open) return location.reload();
    show(told);
  } catch {
    // The page says why elsewhere.
  }
}

by("unseal").addEventListener("click", async () => {
  const fields = /** @type {any} */ (form.elements);
  /** @type {HTMLElement} */ (form.querySelector(".error")).hidden = true;
  for (;;) {
    if ((await choose(dialog)) !== "ok") {
      form.reset();
      return;
    }
    try {
      await ask("POST", path, {
        identity: await identity(fields.identity.files[0]),
        passphrase: fields.passphrase.value,
        reason: fields.reason.value,
      });
      form.reset();
      return location.reload();
    } catch (error) {
      trouble(form, error);
      fields.passphrase.value = "";
    }
  }
});
by("reseal").addEventListener("click", async () => {
  try {
    await ask("DELETE", path);
    location.reload();
  } catch (error) {
    say(String(/** @type {any} */ (error).message));
  }
});
// Nothing of it comes back with the browser's way back.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

look();
