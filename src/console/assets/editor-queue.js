// @ts-check
// What is to be heard, one after the other, and how far one is.

import { by, say, t } from "./base.js";
import { now, RATE, shown } from "./editor-record.js";
import { play } from "./editor-sound.js";

/** @typedef {import("./editor-record.js").Shown} Shown */

export function nextToHear(/** @type {Shown | null} */ from) {
  const start = from ? shown.indexOf(from) + 1 : 0;
  const next = [...shown.slice(start), ...shown.slice(0, start)].find(
    (one) => one.turn.to_hear && one !== from,
  );
  if (!next) return say(t("page.edit.all_heard"));
  next.node.scrollIntoView({ block: "center" });
  next.text.focus();
  play(next, next.turn.start, next.turn.end + RATE / 4);
}

export function progress() {
  const left = shown.filter((one) => one.turn.to_hear).length,
    heard = shown.filter((one) => one.turn.heard).length;
  by("to-hear").textContent = left ? `(${left})` : "";
  by("heard").max = Math.max(1, left + heard);
  by("heard").value = heard;
  by("progress-text").textContent =
    left + heard
      ? t("page.edit.to_hear", { heard, count: left + heard })
      : t("page.edit.turns", { count: shown.length });
}

export function nextTurn(/** @type {Shown | null} */ from) {
  const next = shown[from ? shown.indexOf(from) + 1 : 0];
  if (!next) return;
  next.text.focus();
  next.node.scrollIntoView({ block: "nearest" });
}
