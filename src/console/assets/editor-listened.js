// @ts-check
// What was played is told to the program: how much of the record has been listened to.

import { ask, by, known, t } from "./base.js";
import { base, named, now, RATE } from "./editor-record.js";
import { playing, position, sound } from "./editor-sound.js";
import { fill } from "./editor-turns.js";

/** How often it is told while one listens, in milliseconds. */
const OFTEN = 10_000;
/** A shorter passage is a slip, in samples. */
const SHORTEST = RATE / 4;
/** More are not kept for a program that does not answer. */
const MOST = 500;

/** @type {{channel: number | null, from: number, to: number}[]} */
let waiting = [];
/**
 * The sample from which on it plays; null while it does not.
 * @type {number | null}
 */
let since = null;
/** The last sample that was surely heard. */
let reached = 0;
let told = performance.now();

/** Sound begins to be heard. */
export function hears() {
  pause();
  since = reached = position();
}

/** Sound goes on. At a jump the player's time is already that of where it goes. */
export function goesOn() {
  if (!sound.seeking) reached = position();
}

/** Sound is no longer heard, or from another place on. */
export function pause() {
  goesOn();
  keep(reached);
  since = null;
}

/**
 * Keeps what was heard up to here.
 * @param {number} sample
 */
function keep(sample) {
  const from = since;
  if (from === null || sample - from < SHORTEST) return;
  const one = { channel: playing.channel || null, from: Math.round(from), to: Math.round(sample) };
  const last = waiting[waiting.length - 1];
  if (last && last.channel === one.channel && last.to === one.from) last.to = one.to;
  else waiting.push(one);
  waiting = waiting.slice(-MOST);
  since = sample;
}

/**
 * Tells the program what was heard since the last time.
 * @param {boolean} [leaving]
 */
async function tell(leaving = false) {
  keep(reached);
  const name = known();
  if (!waiting.length || !name) return;
  const passages = waiting;
  waiting = [];
  told = performance.now();
  try {
    show(await ask("POST", base + "/listened", { by: name, passages }, leaving));
  } catch {
    waiting = [...passages, ...waiting].slice(-MOST);
  }
}

function show(/** @type {any} */ listened) {
  by("listened").textContent = listened.percent ? t("page.edit.listened_of", listened) : "";
  by("listened").title = listened.listeners
    .map((/** @type {any} */ one) => `${one.by}: ${Math.ceil(one.seconds / 60)} min, ${one.last}`)
    .join("\n");
  const before = now.listened;
  now.listened = new Set(listened.turns);
  for (const id of now.listened) {
    const one = before.has(id) ? null : named.get(id);
    if (one) fill(one, one.turn, true);
  }
}

/** Begins to show it and to keep it. */
export async function watchListening() {
  setInterval(() => {
    if (sound.paused || performance.now() - told >= OFTEN) tell();
  }, 2000);
  addEventListener("pagehide", () => tell(true));
  try {
    show(await ask("GET", base + "/listened"));
  } catch {
    // It is told again with the next passage.
  }
}
