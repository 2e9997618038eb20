// @ts-check
// Passages of ten minutes that somebody is at work on: shown, and in nobody's way.

import { ask, author, by, known, say, t, trouble } from "./base.js";
import { base, editor, now, RATE, shown } from "./editor-record.js";
import { fill } from "./editor-turns.js";

/** @typedef {import("./editor-record.js").Shown} Shown */

/** Length of a passage, in samples. */
const PASSAGE = 600 * RATE;
/** How often the program is told that one is still at work, in milliseconds. */
const OFTEN = 60_000;

/** @type {{passage: number, name: string, by: string}[]} */
let claims = [];
let told = 0;
/** Passages that were one's own when the program stopped answering. */
let before = /** @type {number[]} */ ([]);

const passageOf = (/** @type {any} */ turn) => Math.floor(turn.start / PASSAGE);
const claimAt = (/** @type {any} */ turn) =>
  claims.find((claim) => claim.passage === passageOf(turn));

/**
 * Who else is at work on a turn.
 * @param {any} turn
 */
export function claimOf(turn) {
  const claim = claimAt(turn);
  return claim && claim.by !== known() ? claim.by : "";
}

/**
 * Says who is at work where something was saved all the same.
 * @param {any} changed
 */
export function warn(changed) {
  if (changed.claimed_by) say(t("page.edit.claimed_saved", { name: changed.claimed_by }));
}

/**
 * A turn has got the focus.
 * @param {Shown} one
 */
export function atWork(one) {
  draw();
  const claim = claimAt(one.turn);
  if (claim?.by === known() && performance.now() - told > OFTEN) put(claim.passage, false);
}

/**
 * Who is at work now.
 * @param {any} fresh
 */
export function claimed(fresh) {
  const earlier = new Map(claims.map((claim) => [claim.passage, claim.by]));
  claims = fresh.claims;
  const after = new Map(claims.map((claim) => [claim.passage, claim.by]));
  for (const one of shown) {
    const passage = passageOf(one.turn);
    if (earlier.get(passage) !== after.get(passage)) fill(one, one.turn, true);
  }
  draw();
  const gone = before.filter((passage) => !after.has(passage));
  before = [];
  for (const passage of gone) put(passage, false);
}

/** The program does not answer. One that is started again knows of no claim: it is told once more. */
export function lost() {
  const own = claims.filter((claim) => claim.by === known()).map((claim) => claim.passage);
  before = [...new Set([...before, ...own])];
}

/** What the button does, and where others are. */
function draw() {
  const turn = now.focused?.turn;
  const claim = turn && claimAt(turn);
  by("claim").textContent = t(claim?.by === known() ? "page.edit.release" : "page.edit.claim");
  by("claim").disabled = !turn || Boolean(claim && claim.by !== known());
  by("claims").textContent = claims
    .map((one) => t("page.edit.claim_of", { passage: one.name, name: one.by }))
    .join(" · ");
}

async function put(/** @type {number} */ passage, /** @type {boolean} */ release) {
  const name = await author();
  if (!name) return;
  told = performance.now();
  try {
    claimed(await ask("PUT", `${base}/claims/${passage}`, { by: name, release }));
  } catch (error) {
    trouble(editor, error);
  }
}

/** Claims the passage of the turn with the focus, or lets it go. */
export function claim() {
  const turn = now.focused?.turn;
  if (!turn) return;
  return put(passageOf(turn), claimAt(turn)?.by === known());
}
