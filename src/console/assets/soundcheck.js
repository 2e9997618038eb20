// @ts-check
// Each seat in turn says a sentence.

import { ask, by, checks, Refused, socket, t, trouble } from "./base.js";
import { show } from "./meters.js";

const page = by("soundcheck");
const meeting = page.dataset.meeting;
const base = `/meetings/${encodeURIComponent(meeting)}`;
/** @type {WebSocket | null} */
let line = null;
const one = await ask("GET", base);
let microphones = Math.max(0, ...one.microphones.map((/** @type {any} */ seat) => seat.channel));
const name = (/** @type {number} */ channel) =>
  one.microphones.find((/** @type {any} */ seat) => seat.channel === channel)?.name || "";

/**
 * Shows the levels of the microphones, and which of them is heard.
 * @param {number[]} rms
 * @param {number | null} [marked]
 */
function levels(rms, marked) {
  show(
    meeting,
    rms.map((value, index) => ({
      name: name(index + 1),
      rms: value,
      clipped: false,
      marked: marked === index + 1,
    })),
  );
}

function heard(/** @type {any} */ told) {
  if (told.kind === "levels") {
    microphones = told.rms.length;
    levels(told.rms, told.heard);
  } else if (told.kind === "step") {
    by("asked").textContent = told.what;
  } else if (told.kind === "results") {
    by("asked").textContent = t("page.soundcheck.ended");
    by("lines").replaceChildren(...checks(told.lines));
    by("note").textContent = told.note ? told.note.what : "";
    by("results").hidden = false;
  } else if (told.kind === "refused") {
    by("asked").textContent = "";
    trouble(page, new Refused(409, told));
  }
}

function over() {
  line = null;
  by("start").hidden = false;
  by("stop").hidden = true;
  levels(Array(microphones).fill(0));
}

by("start").addEventListener("click", () => {
  page.querySelector(".error").hidden = true;
  by("results").hidden = true;
  by("asked").textContent = t("page.soundcheck.running");
  by("start").hidden = true;
  by("stop").hidden = false;
  line = socket(base + "/soundcheck");
  line.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  line.addEventListener("close", over);
});
by("stop").addEventListener("click", () => {
  by("asked").textContent = "";
  line?.close();
});
levels(Array(microphones).fill(0));
