// @ts-check
// Each seat in turn says a sentence.

import { ask, by, checks, element, Refused, t, trouble } from "./base.js";

const page = by("soundcheck");
const meeting = page.dataset.meeting;
const base = `/meetings/${encodeURIComponent(meeting)}`;
/** @type {WebSocket | null} */
let line = null;
/** @type {Map<number, {row: HTMLElement, meter: any}>} */
const meters = new Map();
const one = await ask("GET", base);
const name = (/** @type {number} */ channel) =>
  one.microphones.find((/** @type {any} */ seat) => seat.channel === channel)?.name || "";

/**
 * The level on a scale on which speech fills the middle: 60 dB.
 * @param {number} rms
 */
const share = (rms) => (rms > 0 ? Math.max(0, Math.min(1, 1 + (20 * Math.log10(rms)) / 60)) : 0);

function level(/** @type {number} */ channel) {
  let shown = meters.get(channel);
  if (!shown) {
    const meter = /** @type {any} */ (
      element("meter", {
        min: "0",
        max: "1",
        high: "0.95",
        low: "0.15",
        optimum: "0.6",
        "aria-label": t("page.live.level", { name: name(channel) || channel }),
      })
    );
    const row = element("div", { class: "level", "data-channel": String(channel) }, [
      element("span", { class: "number" }, [String(channel)]),
      meter,
      element("span", { class: "name" }, [name(channel)]),
    ]);
    shown = { row, meter };
    meters.set(channel, shown);
    by("meters").append(row);
  }
  return shown;
}

function heard(/** @type {any} */ told) {
  if (told.kind === "levels") {
    told.rms.forEach((/** @type {number} */ rms, /** @type {number} */ index) => {
      const shown = level(index + 1);
      shown.meter.value = share(rms);
      shown.row.classList.toggle("heard", told.heard === index + 1);
    });
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
  for (const { row, meter } of meters.values()) {
    row.classList.remove("heard");
    meter.value = 0;
  }
}

by("start").addEventListener("click", () => {
  page.querySelector(".error").hidden = true;
  by("results").hidden = true;
  by("asked").textContent = t("page.soundcheck.running");
  by("start").hidden = true;
  by("stop").hidden = false;
  line = new WebSocket(`ws://${location.host}/api/v1${base}/soundcheck`);
  line.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  line.addEventListener("close", over);
});
by("stop").addEventListener("click", () => {
  by("asked").textContent = "";
  line?.close();
});
for (const seat of one.microphones) level(seat.channel);
