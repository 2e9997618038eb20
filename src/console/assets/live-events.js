// @ts-check
// What was entered, with its time, and how it is corrected; keys of the buttons.

import { ask, by, choose, element, say, t, trouble } from "./base.js";

let drawn = "";

/**
 * Shows what was entered; while it records, each can be corrected.
 * @param {any[]} list
 * @param {boolean} running
 */
export function events(list, running) {
  const key = JSON.stringify([list, running]);
  if (key === drawn) return;
  drawn = key;
  by("entered").replaceChildren(
    ...[...list].sort((one, other) => one.at - other.at).map((event) => {
      const what = [t("page.event." + event.kind), event.detail].filter(Boolean).join(": ");
      const item = element("li", {}, [element("time", {}, [event.time]), " ", what]);
      // What was recorded closed stays so: its beginning and its end do not move.
      if (running && !["tertutup", "terbuka"].includes(event.kind)) {
        const button = element(
          "button",
          { type: "button", class: "small", "aria-label": t("page.live.correct_of", { what, time: event.time }) },
          [t("page.key.change")],
        );
        button.addEventListener("click", () => correct(event, what));
        item.append(" ", button);
      }
      return item;
    }),
  );
  by("entered").lastElementChild?.scrollIntoView({ block: "nearest" });
}

/**
 * Corrects what was entered, by a later line of the ledger.
 * @param {any} event
 * @param {string} what
 */
async function correct(event, what) {
  const dialog = by("correct"),
    form = dialog.querySelector("form").elements;
  const path = `/meetings/${encodeURIComponent(by("live").dataset.meeting)}/recording/events/${event.line}`;
  const [word, ...rest] = event.word.split(":");
  dialog.querySelector(".what").textContent = `${event.time} ${what}`;
  dialog.querySelector(".error").hidden = true;
  dialog.querySelector(".detail").hidden = !rest.length && word !== "setuju";
  form.time.value = event.time;
  form.detail.value = rest.join(":");
  for (;;) {
    const chosen = await choose(dialog);
    if (!chosen) return;
    try {
      if (chosen === "remove") {
        const done = await ask("DELETE", path);
        return say(t("page.live.withdrawn", { time: done.time }));
      }
      const [hours, minutes, seconds] = form.time.value.split(":").map(Number);
      const at = form.time.value === event.time ? event.at : ((hours * 60 + minutes) * 60 + seconds) * 1000;
      const detail = form.detail.value.trim();
      const done = await ask("PUT", path, { event: detail ? `${word}:${detail}` : word, at });
      return say(t("page.live.entered", { time: done.time }));
    } catch (error) {
      trouble(dialog, error);
    }
  }
}

/**
 * Lets each button be pressed, and each form be gone to, by its key.
 * @param {HTMLElement} page
 */
export function keys(page) {
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const place = page.querySelector(`[data-keys="Alt+${CSS.escape(event.key.toUpperCase())}"]:not([hidden])`);
    if (!place) return;
    event.preventDefault();
    if (place instanceof HTMLButtonElement) place.click();
    else /** @type {HTMLElement | null} */ (place.querySelector("select, input"))?.focus();
  });
}
