// @ts-check
// What the editor shows: the turns of the record, and where one is in it.

import { by, t } from "./base.js";

export const RATE = 16000;

export const editor = by("editor");
export const meeting = /** @type {string} */ (editor.dataset.meeting);
export const base = `/meetings/${encodeURIComponent(meeting)}`;

/** @typedef {{turn: any, node: HTMLElement, text: HTMLElement, timer: number, since: number, saving: Promise<void> | null, sent: string, lost: string}} Shown */
/** @type {Shown[]} */
export const shown = [];
/** @type {Map<string, Shown>} */
export const named = new Map();
/** What changes: who may be named, the last correction that is shown, the turn with the focus, what is redacted, and the turns that were listened to. */
export const now = {
  /** @type {any} */
  people: { people: [], microphones: [], length: 0 },
  lastEdit: 0,
  /** @type {Shown | null} */
  focused: null,
  /** What is taken out of the published copy. @type {any[]} */
  redactions: [],
  /** @type {Set<string>} */
  listened: new Set(),
};

export function isChanged(/** @type {Shown} */ one) {
  return !one.turn.omitted && one.text.textContent !== one.turn.text;
}

/**
 * The words of a text: a no-break space holds them together.
 * @param {string} text
 */
export const wordsOf = (text) => text.split(/[^\S\u00a0\u202f]+/).filter(Boolean);

/**
 * The words of a turn as they stand in its text: where each begins and ends.
 * @param {string} text
 */
export function spans(text) {
  return [...text.matchAll(/[^\s]+(?:[\u00a0\u202f][^\s]+)*/gu)].map((found) => {
    const start = found.index || 0;
    return [start, start + found[0].length];
  });
}

/**
 * The first words of some, as a person can find them.
 * @param {string[]} some
 */
export function short(some) {
  return some.slice(0, 4).join(" ") + (some.length > 4 ? " …" : "");
}

export function label(/** @type {any} */ turn) {
  return t("page.edit.turn", { speaker: turn.speaker.name || turn.speaker.label, time: turn.time });
}

/**
 * The turn after this one at the same microphone, if nobody else speaks in between.
 * @param {Shown} one
 */
export function nextOf(one) {
  const next = shown[shown.indexOf(one) + 1];
  return next && next.turn.channel === one.turn.channel ? next : null;
}
