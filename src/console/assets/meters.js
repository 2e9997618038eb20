// @ts-check
// A meter for each microphone, where its seat is in the room.

import { by, element, t } from "./base.js";
import { arranged, places } from "./room.js";

/** @type {{row: HTMLElement, meter: any, name: HTMLElement}[]} */
let meters = [];

/**
 * The level on a scale on which speech fills the middle: 60 dB.
 * @param {number} rms
 */
const share = (rms) => (rms > 0 ? Math.max(0, Math.min(1, 1 + (20 * Math.log10(rms)) / 60)) : 0);

/**
 * Shows the levels of all microphones, from the first on.
 * @param {string} meeting
 * @param {{name: string, rms: number, clipped: boolean, marked: boolean}[]} levels
 */
export function show(meeting, levels) {
  if (levels.length !== meters.length) {
    const at = places(levels.length, arranged(meeting, levels.length));
    meters = at.map((place, index) => made(index + 1, place));
    const size = levels.length > 24 ? "many small" : levels.length > 12 ? "many" : "";
    by("meters").className = levels.length ? `meters room ${size}` : "";
    by("meters").replaceChildren(...meters.map(({ row }) => row));
  }
  for (const [index, level] of levels.entries()) {
    const { row, meter, name } = meters[index];
    meter.value = share(level.rms);
    row.classList.toggle("clipped", level.clipped);
    row.classList.toggle("heard", level.marked);
    // Only what is new, so that nothing is read out again.
    if (name.textContent !== level.name) name.textContent = level.name;
    const label = t("page.live.level", { name: level.name || index + 1 });
    if (meter.getAttribute("aria-label") !== label) meter.setAttribute("aria-label", label);
  }
}

/**
 * @param {number} channel
 * @param {number[]} place
 */
function made(channel, place) {
  const name = element("span", { class: "name" });
  const meter = element("meter", { min: "0", max: "1", high: "0.95", low: "0.15", optimum: "0.6" });
  const number = element("span", { class: "number" }, [String(channel)]);
  const row = element("div", { class: "level", "data-channel": String(channel) }, [number, name, meter]);
  row.style.setProperty("--x", String(place[0]));
  row.style.setProperty("--y", String(place[1]));
  return { row, meter, name };
}
