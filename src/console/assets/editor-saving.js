// @ts-check
// What is typed is saved; until it is, it lives in this browser.

import { ask, author, by, choose, known, Refused, say, t, trouble } from "./base.js";
import { offer } from "./editor-alike.js";
import { caretIn, lettersBefore, placeCaret } from "./editor-caret.js";
import { warn } from "./editor-claims.js";
import { marks } from "./editor-marks.js";
import { progress } from "./editor-queue.js";
import { base, editor, isChanged, meeting, named, now, shown, wordsOf } from "./editor-record.js";
import { fill } from "./editor-turns.js";

/** @typedef {import("./editor-record.js").Shown} Shown */

/** Rest after which what was typed is saved, and the longest that it waits while one goes on typing, in milliseconds. */
const REST = 1000,
  LONGEST = 1500;
/** @typedef {{id: string, edits: number[]}} Step */
/**
 * What was saved and can be undone: numbers of corrections.
 * @type {Step[]}
 */
export const done = [];
/**
 * What was undone and can be done again.
 * @type {Step[]}
 */
export const undone = [];

/** What one has typed is not saved in the name of another. */
const whose = document.body.dataset.account ? `${document.body.dataset.account}:` : "";
const draftKey = (/** @type {string} */ id) => `risalah-draft:${whose}${meeting}:${id}`;

function keepDraft(/** @type {Shown} */ one) {
  localStorage.setItem(
    draftKey(one.turn.id),
    JSON.stringify({ revision: one.turn.revision, text: one.text.textContent, sent: one.sent }),
  );
}

export function typed(/** @type {Shown} */ one) {
  if (one.text.childNodes.length > 1) {
    const caret = one.text.contains(getSelection()?.anchorNode || null)
      ? lettersBefore(one.text)
      : null;
    one.text.textContent = one.text.textContent;
    if (caret !== null) placeCaret(one.text, caret);
  }
  const now = performance.now();
  if (!one.timer) one.since = now;
  keepDraft(one);
  clearTimeout(one.timer);
  by("saved").textContent = t("page.unsaved");
  one.timer = window.setTimeout(
    () => save(one),
    Math.max(0, Math.min(REST, one.since + LONGEST - now)),
  );
}

/**
 * Saves what was typed into a turn, one request at a time.
 * @param {Shown} one
 * @returns {Promise<void>}
 */
export function save(one) {
  clearTimeout(one.timer);
  one.timer = 0;
  if (one.saving)
    return one.saving.then(() =>
      isChanged(one) && !one.node.classList.contains("failed") ? save(one) : undefined,
    );
  if (!isChanged(one)) {
    if (localStorage.getItem(draftKey(one.turn.id))) localStorage.removeItem(draftKey(one.turn.id));
    return Promise.resolve();
  }
  one.saving = put(one).finally(() => {
    one.saving = null;
  });
  return one.saving;
}

async function put(/** @type {Shown} */ one) {
  const name = await author();
  if (!name) return;
  const text = one.text.textContent || "",
    before = one.turn.text;
  one.sent = text;
  keepDraft(one);
  by("saved").textContent = t("page.saving");
  try {
    const changed = await ask("PUT", `${base}/turns/${one.turn.id}/text`, {
      by: name,
      revision: one.turn.revision,
      text,
    });
    taken(one, changed, text);
    one.node.classList.remove("failed");
    by("trouble").hidden = true;
    if (isChanged(one)) keepDraft(one);
    else localStorage.removeItem(draftKey(one.turn.id));
    by("saved").textContent = isChanged(one) ? t("page.unsaved") : t("page.saved");
    if (changed.edits.length) offer(before, one.turn.text, one);
    warn(changed);
  } catch (error) {
    await notSaved(one, error, text);
  }
}

/**
 * Puts what became of a change into the page.
 * @param {Shown | null} one
 * @param {any} changed
 * @param {string} [sent]
 */
export function taken(one, changed, sent) {
  now.lastEdit = Math.max(now.lastEdit, changed.last_edit);
  if (one && changed.edits.length) {
    done.push({ id: one.turn.id, edits: changed.edits });
    undone.length = 0;
  }
  for (const turn of changed.turns) {
    const other = named.get(turn.id);
    if (!other) continue;
    if (other === one && sent !== undefined && other.text.textContent !== sent) {
      // One went on typing while it was saved: what is new belongs to the next save.
      other.turn = turn;
    } else {
      const caret = other === now.focused ? caretIn(other.text) : null;
      fill(other, turn);
      if (caret !== null) placeCaret(other.text, caret);
    }
  }
  if (one && sent !== undefined && !changed.turns.length && one.text.textContent === sent)
    one.text.textContent = one.turn.text;
  progress();
  marks();
}

async function notSaved(
  /** @type {Shown} */ one,
  /** @type {any} */ error,
  /** @type {string} */ text,
) {
  const refused = error instanceof Refused ? error : null;
  by("saved").textContent = t("page.unsaved");
  if (refused?.status === 409 && refused.body.current)
    return conflict(one, refused.body.current, text);
  trouble(editor, error);
  if (!refused || refused.status === 0 || refused.status >= 500) {
    // The program may be started again: what is typed is tried again until it is taken.
    one.lost = text;
    one.timer = window.setTimeout(() => save(one), 2000);
  } else {
    one.node.classList.add("failed");
  }
}

async function conflict(
  /** @type {Shown} */ one,
  /** @type {any} */ current,
  /** @type {string} */ mine,
) {
  if (one.lost && wordsOf(current.text).join(" ") === wordsOf(one.lost).join(" ")) {
    // It is what was sent before an answer was lost: nobody else has changed it.
    one.turn = current;
    one.lost = "";
    return put(one);
  }
  const dialog = by("conflict");
  by("conflict-what").textContent = t("page.edit.conflict");
  dialog.querySelector(".theirs").textContent = current.text;
  dialog.querySelector(".yours").textContent = mine;
  const chosen = await choose(dialog);
  one.turn = current;
  if (chosen === "mine") {
    one.text.textContent = mine;
    await put(one);
  } else if (chosen === "theirs") {
    localStorage.removeItem(draftKey(current.id));
    one.text.textContent = "";
    fill(one, current);
    by("saved").textContent = "";
  } else {
    keepDraft(one);
  }
  marks();
}

/** Puts back what was typed before the page was closed. */
export function drafts() {
  let count = 0;
  for (const one of shown) {
    const kept = localStorage.getItem(draftKey(one.turn.id));
    if (!kept) continue;
    const draft = JSON.parse(kept);
    if (draft.text === one.turn.text || one.turn.omitted) {
      localStorage.removeItem(draftKey(one.turn.id));
      continue;
    }
    one.text.textContent = draft.text;
    // On the revision that was seen then: a correction of somebody else since is shown beside it.
    one.turn = { ...one.turn, revision: draft.revision };
    one.lost = draft.sent || "";
    count += 1;
    save(one);
  }
  if (count) say(t("page.edit.kept"));
}

/** What is not saved goes out with the page, as far as the browser lets it. */
export function sendOff() {
  for (const one of shown) if (isChanged(one)) keepDraft(one);
  const one = now.focused;
  const name = known();
  if (!one || !isChanged(one) || !name) return;
  ask("PUT", `${base}/turns/${one.turn.id}/text`, { by: name, revision: one.turn.revision, text: one.text.textContent }, true).catch(
    () => {},
  );
}
