// @ts-check
// What was corrected here is offered elsewhere, one by one, and its words for the office's lexicon.

import { ask, author, by, choose, element, say, t, trouble } from "./base.js";
import { base, editor, label, shown, wordsOf } from "./editor-record.js";
import { newer } from "./editor-newer.js";
import { save } from "./editor-saving.js";

/** @typedef {import("./editor-record.js").Shown} Shown */

/** @type {(() => unknown) | null} */
let offered = null;
/**
 * Words of a correction that may belong into the lexicon.
 * @type {{before: string, after: string} | null}
 */
let lesson = null;

/** Looks at what is offered. */
export function look() {
  offered?.();
}

/**
 * Offers a correction elsewhere without taking anybody away from what is typed.
 * @param {string} before
 * @param {string} after
 * @param {Shown} from
 */
export function offer(before, after, from) {
  const old = wordsOf(before),
    fresh = wordsOf(after);
  let head = 0,
    tail = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  while (
    tail < old.length - head &&
    tail < fresh.length - head &&
    old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]
  )
    tail++;
  const bare = (/** @type {string} */ text) =>
    text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
  const wrong = bare(old.slice(head, old.length - tail).join(" ")),
    good = bare(fresh.slice(head, fresh.length - tail).join(" "));
  if (wrong.length < 3 || !good || wrong === good || wrong.split(" ").length > 4) return;
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])${wrong.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\p{L}\\p{N}])`,
    "u",
  );
  const places = shown.filter(
    (one) => one !== from && !one.turn.omitted && pattern.test(one.turn.text),
  );
  // Names, acronyms and doubled words hold in other meetings too.
  const teaches = /^\p{Lu}|\s\p{Lu}|^(\p{L}{2,})-\1$/u.test(good);
  lesson = teaches ? { before: wrong, after: good } : null;
  offered = places.length ? () => alike(wrong, good, pattern, places) : null;
  by("offer").hidden = !offered && !lesson;
  by("offer-look").hidden = !offered;
  by("offer-lexicon").hidden = !lesson;
  by("offer").firstElementChild.textContent = offered
    ? t("page.edit.offer", { before: wrong, after: good, count: places.length })
    : t("page.edit.offer_lexicon", { before: wrong, after: good });
}

/** Shows what the lexicon would learn and what that would change, and writes it when it is said so. */
export async function teach() {
  if (!lesson) return;
  const name = await author();
  if (!name) return;
  const taught = lesson;
  const dialog = by("lexicon");
  try {
    const told = await ask("GET", `${base}/lexicon?${new URLSearchParams(taught)}`);
    if (!told.line || told.known) {
      by("offer-lexicon").hidden = true;
      return say(t(told.known ? "page.edit.lexicon_known" : "page.edit.lexicon_nothing"));
    }
    dialog.querySelector("code").textContent = told.line;
    dialog.querySelector(".count").textContent = t("page.edit.lexicon_count", { count: told.count });
    dialog.querySelector("ul").replaceChildren(
      ...told.turns.map((/** @type {any} */ turn) =>
        element("li", {}, [
          element("time", {}, [turn.time]),
          " ",
          element("del", {}, [turn.before]),
          element("br"),
          element("ins", {}, [turn.after]),
        ]),
      ),
    );
    if ((await choose(dialog)) !== "yes") return;
    await ask("POST", `${base}/lexicon`, { by: name, ...taught });
    lesson = null;
    by("offer-lexicon").hidden = true;
    by("offer").hidden = !offered;
    say(t("page.edit.lexicon_done"));
    await newer();
  } catch (error) {
    trouble(editor, error);
  }
}

async function alike(
  /** @type {string} */ wrong,
  /** @type {string} */ good,
  /** @type {RegExp} */ pattern,
  /** @type {Shown[]} */ places,
) {
  const dialog = by("alike");
  offered = null;
  by("offer-look").hidden = true;
  by("offer").hidden = !lesson;
  let count = 0,
    place = 0;
  for (const one of places) {
    place += 1;
    dialog.querySelector(".count").textContent = t("page.edit.alike", {
      before: wrong,
      after: good,
      place,
      count: places.length,
    });
    const [start, end] = one.turn.text.split(pattern, 2);
    dialog
      .querySelector(".where")
      .replaceChildren(
        `${label(one.turn)}: …${start.slice(-80)}`,
        element("mark", {}, [wrong]),
        `${(end || "").slice(0, 80)}…`,
      );
    const chosen = await choose(dialog);
    if (!chosen) break;
    if (chosen !== "yes") continue;
    one.text.textContent = one.turn.text.replace(pattern, () => good);
    const was = one.turn.revision;
    await save(one);
    if (one.turn.revision !== was) count += 1;
  }
  if (count) say(t("page.edit.alike_done", { count }));
}
