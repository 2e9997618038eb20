// @ts-check
// A lane for each microphone around what is heard: how loud it was, and what was said there.

import { ask, by, t } from "./base.js";
import { base, now, RATE, shown } from "./editor-record.js";
import { play, position, sound } from "./editor-sound.js";

/** What is shown, in samples: before the place that is heard, and in all. */
const BEFORE = 20 * RATE,
  WIDE = 60 * RATE;
/** Lanes at most; of more microphones, those at which somebody speaks. */
const MOST = 12;
/** Height of a lane and width of its name, in pixels. */
const HIGH = 18,
  NAME = 110;
const MINUTE = 60 * RATE;
/** Peaks that are drawn at the bottom of a lane: 60 dB below full scale. */
const QUIET = 80,
  FULL = 200;
const KEPT = "risalah-lanes";

const panel = by("lanes");
const canvas = /** @type {HTMLCanvasElement} */ (panel.querySelector("canvas"));
/** The peaks of a minute, by microphone; null while they are asked for or where there are none. */
const minutes = /** @type {Map<number, number[][] | null>} */ (new Map());
let step = RATE / 4;
/** What is drawn: from which sample, of which microphones. */
let drawn = { from: 0, channels: /** @type {number[]} */ ([]) };

function from() {
  const at = sound.currentSrc ? position() : (now.focused?.turn.start ?? 0);
  return Math.max(0, Math.min(at, (now.people.length || Infinity) - WIDE + BEFORE) - BEFORE);
}

/** @param {number} start */
function turnsIn(start) {
  return shown.map((one) => one.turn).filter((turn) => turn.end > start && turn.start < start + WIDE);
}

/** @param {any[]} turns */
function channelsOf(turns) {
  const all = Array.from({ length: now.people.channels || 0 }, (_, index) => index + 1);
  if (all.length <= MOST) return all;
  return all.filter((channel) => turns.some((turn) => turn.channel === channel)).slice(0, MOST);
}

/**
 * Asks for the minutes that are not known yet.
 * @param {number} start
 */
async function fetchAround(start) {
  const first = Math.floor(start / MINUTE),
    last = Math.floor((start + WIDE) / MINUTE);
  const unknown = [];
  for (let minute = first; minute <= last; minute++) if (!minutes.has(minute)) unknown.push(minute);
  if (!unknown.length) return;
  for (const minute of unknown) minutes.set(minute, null);
  try {
    const told = await ask("GET", `${base}/peaks?from=${unknown[0] * MINUTE}&to=${last * MINUTE}`);
    step = told.step;
    for (const one of told.minutes) minutes.set(Math.round(one.from / MINUTE), one.channels);
    draw();
  } catch {
    // Without them the turns are shown alone; they are asked for again.
    for (const minute of unknown) minutes.delete(minute);
  }
}

function draw() {
  if (panel.hidden) return;
  const start = from(),
    turns = turnsIn(start),
    channels = channelsOf(turns);
  drawn = { from: start, channels };
  const ratio = devicePixelRatio || 1,
    width = canvas.clientWidth;
  canvas.style.height = `${channels.length * HIGH}px`;
  canvas.width = width * ratio;
  canvas.height = channels.length * HIGH * ratio;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(canvas);
  pen.scale(ratio, ratio);
  pen.font = `${style.fontSize} ${style.fontFamily}`;
  pen.textBaseline = "middle";
  const x = (/** @type {number} */ sample) => NAME + ((sample - start) / WIDE) * (width - NAME);
  channels.forEach((channel, row) => {
    const top = row * HIGH;
    const seat = now.people.microphones.find((/** @type {any} */ one) => one.channel === channel);
    pen.fillStyle = style.color;
    pen.fillText(fitting(pen, `${channel} ${seat?.name || ""}`), 2, top + HIGH / 2);
    const own = turns.filter((turn) => turn.channel === channel);
    for (let sample = start - (start % step); sample < start + WIDE; sample += step) {
      const peaks = minutes.get(Math.floor(sample / MINUTE))?.[channel - 1];
      const level = peaks?.[Math.floor((sample % MINUTE) / step)] ?? 0;
      const speaks = own.some((turn) => sample + step > turn.start && sample < turn.end);
      if (!speaks && level <= QUIET) continue;
      const high = Math.max(speaks ? 2 : 0, (Math.max(0, level - QUIET) / (FULL - QUIET)) * (HIGH - 3));
      pen.fillStyle = speaks ? style.outlineColor : style.borderTopColor;
      const left = Math.max(NAME, Math.round(x(sample)));
      pen.fillRect(left, top + HIGH - 1 - high, Math.round(x(sample + step)) - left, high);
    }
  });
  const at = x(sound.currentSrc ? position() : (now.focused?.turn.start ?? 0));
  pen.fillStyle = style.color;
  pen.fillRect(at, 0, 2, channels.length * HIGH);
  fetchAround(start);
}

/**
 * As much of a name as there is room for.
 * @param {CanvasRenderingContext2D} pen
 * @param {string} name
 */
function fitting(pen, name) {
  if (pen.measureText(name).width <= NAME - 8) return name;
  let length = name.length;
  while (length > 1 && pen.measureText(name.slice(0, length) + "…").width > NAME - 8) length -= 1;
  return name.slice(0, length) + "…";
}

/** Shows the lanes, or hides them. */
export function lanes() {
  panel.hidden = !panel.hidden;
  localStorage.setItem(KEPT, panel.hidden ? "" : "1");
  by("lanes-shown").setAttribute("aria-pressed", String(!panel.hidden));
  draw();
}

/** Draws them anew whenever something moves. */
export function watchLanes() {
  by("lanes-shown").addEventListener("click", lanes);
  for (const event of ["timeupdate", "play", "seeked", "emptied"]) sound.addEventListener(event, draw);
  by("turns").addEventListener("focusin", draw);
  addEventListener("resize", draw);
  canvas.addEventListener("click", (event) => {
    const channel = drawn.channels[Math.floor(event.offsetY / HIGH)];
    if (!channel || event.offsetX < NAME) return;
    const share = (event.offsetX - NAME) / (canvas.clientWidth - NAME);
    by("source").value = String(channel);
    play(null, drawn.from + share * WIDE + Number(by("lead").value) * RATE);
  });
  canvas.setAttribute("aria-label", t("page.edit.lanes"));
  if (localStorage.getItem(KEPT)) lanes();
}
