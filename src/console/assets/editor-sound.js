// @ts-check
// The sound of the record: a microphone or all of them, from a word on.

import { by, say, t } from "./base.js";
import { caretIn } from "./editor-caret.js";
import { goesOn, hears, pause } from "./editor-listened.js";
import { follow, forget } from "./editor-marks.js";
import { base, now, RATE, spans } from "./editor-record.js";

/** @typedef {import("./editor-record.js").Shown} Shown */

/** Longest passage that is asked for at once, in samples: browsers keep all of it in memory. */
const PASSAGE = 180 * RATE;

export const sound = /** @type {HTMLAudioElement} */ (by("sound"));
/** What plays: from which sample, of which microphone (0 for all), until where. */
export let playing = { from: 0, channel: 0, until: Infinity };

/**
 * The sample at which the word at this letter of a turn was spoken.
 * @param {Shown} one
 * @param {number} letter
 */
function sampleAt(one, letter) {
  const { turn } = one;
  const places = spans(one.text.textContent || "");
  let place = places.findIndex(([, end]) => letter <= end);
  if (place < 0) place = places.length - 1;
  if (turn.words.length === places.length && turn.words[place]) return turn.words[place].start;
  const share = letter / Math.max(1, (one.text.textContent || "").length);
  return Math.round(turn.start + share * (turn.end - turn.start));
}

export function clicked(/** @type {Shown} */ one, /** @type {MouseEvent} */ event) {
  if (getSelection()?.toString()) return;
  const point = /** @type {any} */ (document).caretPositionFromPoint?.(
    event.clientX,
    event.clientY,
  );
  const letter = point ? point.offset : caretIn(one.text);
  if (letter !== null) play(one, sampleAt(one, letter));
}

function channelOf(/** @type {Shown | null} */ one) {
  const wish = by("source").value;
  if (wish === "mix") return 0;
  return wish === "own" ? one?.turn.channel || playing.channel : Number(wish);
}

export function play(
  /** @type {Shown | null} */ one,
  /** @type {number} */ sample,
  /** @type {number} */ until = Infinity,
) {
  const from = Math.max(0, sample - Number(by("lead").value) * RATE);
  const channel = channelOf(one);
  pause();
  playing = { from, channel, until };
  const to = Math.min(from + PASSAGE, now.people.length || Infinity);
  const query = new URLSearchParams({ from: String(Math.round(from)) });
  if (channel) query.set("channel", String(channel));
  if (Number.isFinite(to) && to > from) query.set("to", String(Math.round(to)));
  sound.src = `/api/v1${base}/audio?${query}`;
  sound.playbackRate = Number(by("speed").value);
  sound.play().catch(() => {});
}

export const position = () => playing.from + sound.currentTime * RATE;

export function toggle() {
  if (!sound.src) return play(now.focused, now.focused ? now.focused.turn.start : 0);
  if (sound.paused) sound.play().catch(() => {});
  else sound.pause();
}

export function seek(/** @type {number} */ seconds) {
  if (!sound.src) return;
  const wanted = sound.currentTime + seconds;
  if (wanted >= 0) sound.currentTime = wanted;
  else
    play(
      now.focused,
      Math.max(0, position() + seconds * RATE) + Number(by("lead").value) * RATE,
      playing.until,
    );
}

export function speed(/** @type {number} */ step) {
  const select = by("speed");
  select.selectedIndex = Math.max(
    0,
    Math.min(select.options.length - 1, select.selectedIndex + step),
  );
  sound.playbackRate = Number(select.value);
}

/** Plays on with what was chosen to listen to. */
export function again() {
  if (sound.src)
    play(now.focused, position() + Number(by("lead").value) * RATE, playing.until);
}

/** Between all microphones and the one of the turn. */
export function mix() {
  const select = by("source");
  select.value = select.value === "mix" ? "own" : "mix";
  again();
}

/** The play button and the like. */
export function listen() {
  by("play").addEventListener("click", toggle);
  by("back").addEventListener("click", () => seek(-5));
  by("forward").addEventListener("click", () => seek(5));
  by("speed").addEventListener("change", () => speed(0));
  by("source").addEventListener("change", again);
  sound.addEventListener("playing", () => {
    hears();
    follow();
  });
  sound.addEventListener("timeupdate", goesOn);
  for (const end of ["pause", "seeking", "waiting"]) sound.addEventListener(end, pause);
  sound.addEventListener("error", async () => {
    const told = await fetch(sound.src)
      .then((answer) => answer.json())
      .catch(() => ({}));
    say(t("page.edit.no_sound", { what: told.what || "" }));
  });
  sound.addEventListener("ended", () => {
    pause();
    forget();
    // The next passage, without a second before it.
    const reached = playing.from + PASSAGE;
    if (reached < Math.min(playing.until, now.people.length || 0))
      play(null, reached + Number(by("lead").value) * RATE, playing.until);
  });
}
