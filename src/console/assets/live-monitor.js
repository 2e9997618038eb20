// @ts-check
// Hears what has been written to the disk, a few seconds behind: that it can be heard is that it is there.

import { by, t } from "./base.js";

const RATE = 16000;
/** How far behind it begins, and from which distance on it jumps back to that, in samples. */
const BEHIND = 3 * RATE,
  FAR = 10 * RATE;
/** What is asked for at a time, in samples. */
const PART = RATE;
/** Bytes before the first sample. */
const HEADER = 44;

/** @type {AudioContext | null} */
let context = null;
/** The sample that is asked for next, and when it is to be heard. */
let next = 0,
  due = 0;
let written = 0;
let asking = false;
let base = "";

/**
 * The recording has reached this sample; 0 where none runs.
 * @param {number} position
 */
export function grows(position) {
  written = position;
  if (!position && context) stop();
  fetchNext();
}

/**
 * Begins to obey the button.
 * @param {string} meeting
 */
export function listenTo(meeting) {
  base = meeting;
  by("hear").addEventListener("click", () => (context ? stop() : start()));
  by("monitor").elements.channel.addEventListener("change", () => context && restart());
  by("monitor").addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
}

function start() {
  context = new AudioContext();
  restart();
  by("hear").textContent = t("page.live.hear_stop");
  by("hear").setAttribute("aria-pressed", "true");
}

function restart() {
  next = Math.max(0, written - BEHIND);
  due = 0;
  fetchNext();
}

function stop() {
  context?.close();
  context = null;
  by("hear").textContent = t("page.live.hear_start");
  by("hear").setAttribute("aria-pressed", "false");
  by("behind").textContent = "";
}

async function fetchNext() {
  const player = context;
  if (!player || asking) return;
  if (written - next > FAR) restart();
  if (next + PART > written) return;
  asking = true;
  const from = next;
  try {
    const query = new URLSearchParams({ from: String(from), to: String(from + PART) });
    const channel = by("monitor").elements.channel.value;
    if (channel) query.set("channel", channel);
    const answer = await fetch(`/api/v1${base}/audio?${query}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const bytes = await answer.arrayBuffer();
    // What was chosen anew meanwhile begins anew.
    if (player === context && from === next) {
      play(player, new Int16Array(bytes, HEADER));
      next += PART;
    }
  } catch {
    by("behind").textContent = t("page.live.hear_not");
  }
  asking = false;
}

function play(/** @type {AudioContext} */ player, /** @type {Int16Array} */ samples) {
  if (!samples.length) return;
  const buffer = player.createBuffer(1, samples.length, RATE);
  buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
  const source = player.createBufferSource();
  source.buffer = buffer;
  source.connect(player.destination);
  due = Math.max(due, player.currentTime + 0.1);
  source.start(due);
  due += buffer.duration;
  // For tests: what was heard, and how loud.
  by("monitor").dataset.heard = String(next + samples.length);
  by("monitor").dataset.peak = String(Math.max(...samples.map(Math.abs)));
  const seconds = Math.round((written - next) / RATE + due - buffer.duration - player.currentTime);
  by("behind").textContent = t("page.live.hear_behind", { seconds });
}
