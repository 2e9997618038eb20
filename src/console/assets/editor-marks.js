// @ts-check
// Words that are marked in the text: the one that is spoken, doubtful ones, those of another speaker.

import { by } from "./base.js";
import { now, RATE, shown, spans } from "./editor-record.js";
import { playing, position, sound } from "./editor-sound.js";

/** @typedef {import("./editor-record.js").Shown} Shown */

/**
 * The turn of what plays that holds this sample.
 * @param {number} sample
 */
function turnAt(sample) {
  const holds = (/** @type {Shown} */ one) =>
    one.turn.start <= sample &&
    sample < one.turn.end &&
    (!playing.channel || one.turn.channel === playing.channel);
  return now.focused && holds(now.focused) ? now.focused : shown.find(holds);
}

/** The frame that is asked for. */
let next = 0;

const highlights = /** @type {any} */ (globalThis).CSS?.highlights;

function range(/** @type {Shown} */ one, /** @type {number} */ from, /** @type {number} */ to) {
  const node = one.text.firstChild;
  if (!node || to > (node.textContent?.length || 0)) return null;
  const made = new Range();
  made.setStart(node, from);
  made.setEnd(node, to);
  return made;
}

/** Marks the word that is spoken, as long as it plays. */
export function follow() {
  cancelAnimationFrame(next);
  next = requestAnimationFrame(step);
}

function step() {
  if (sound.paused) return;
  const sample = position();
  const clock = Math.floor(sample / RATE);
  by("position").textContent = [clock / 3600, (clock / 60) % 60, clock % 60]
    .map((part) => String(Math.floor(part)).padStart(2, "0"))
    .join(":");
  if (sample >= playing.until) sound.pause();
  const one = turnAt(sample);
  if (highlights && one && one.text.textContent === one.turn.text) {
    const place = one.turn.words.findIndex((/** @type {any} */ word) => sample < word.end);
    const span = spans(one.turn.text)[place];
    const made =
      span && one.turn.words.length === spans(one.turn.text).length
        ? range(one, span[0], span[1])
        : null;
    if (made) highlights.set("word", new /** @type {any} */ (globalThis).Highlight(made));
  }
  follow();
}

/** No word is spoken any more. */
export function forget() {
  highlights?.delete("word");
}

/** Marks the doubtful words of the turn with the focus. */
export function marks() {
  if (!highlights) return;
  const one = now.focused;
  const made =
    !one || one.text.textContent !== one.turn.text
      ? []
      : one.turn.doubts
          .map((/** @type {any} */ doubt) => {
            const places = spans(one.turn.text);
            const [first, last] = [places[doubt.from], places[doubt.until - 1]];
            return first && last ? range(one, first[0], last[1]) : null;
          })
          .filter(Boolean);
  const others = !one ? [] : one.turn.passages;
  const places = one ? spans(one.turn.text) : [];
  const said = others
    .map((/** @type {any} */ passage) =>
      one && one.text.textContent === one.turn.text && places[passage.until - 1]
        ? range(one, places[passage.from][0], places[passage.until - 1][1])
        : null,
    )
    .filter(Boolean);
  /** @type {any[]} */
  const redacted = !one
    ? []
    : now.redactions.filter((/** @type {any} */ other) => !other.channel || other.channel === one.turn.channel);
  const taken =
    !one || one.text.textContent !== one.turn.text || one.turn.words.length !== places.length
      ? []
      : one.turn.words
          .map((/** @type {any} */ word, /** @type {number} */ place) =>
            redacted.some((other) => other.from < word.end && word.start < other.until)
              ? range(one, places[place][0], places[place][1])
              : null,
          )
          .filter(Boolean);
  highlights.set("redacted", new /** @type {any} */ (globalThis).Highlight(...taken));
  highlights.set("passage", new /** @type {any} */ (globalThis).Highlight(...said));
  highlights.set("doubt", new /** @type {any} */ (globalThis).Highlight(...made));
}
