// @ts-check
// The turns as they stand in the page.

import { by, element, may, t } from "./base.js";
import { caretIn, placeCaret } from "./editor-caret.js";
import { atWork, claimOf } from "./editor-claims.js";
import { marks } from "./editor-marks.js";
import { isChanged, label, named, nextOf, now, short, shown, wordsOf } from "./editor-record.js";
import { save, typed } from "./editor-saving.js";
import { clicked } from "./editor-sound.js";

/** @typedef {import("./editor-record.js").Shown} Shown */

/** What can be done with the turn that has the focus. */
export const tools = by("tools").content.firstElementChild.cloneNode(true);
const list = by("turns");

function make(/** @type {any} */ turn) {
  const text = element("p", {
    class: "text",
    lang: "id",
    tabindex: "0",
    role: "textbox",
    "aria-multiline": "true",
    "aria-readonly": "true",
    "data-empty": t("page.edit.empty"),
  });
  const node = element("article", { class: "turn", id: "turn-" + turn.id }, [
    element("div", { class: "who" }),
    text,
  ]);
  /** @type {Shown} */
  const one = { turn, node, text, timer: 0, since: 0, saving: null, sent: "", lost: "" };
  named.set(turn.id, one);
  fill(one, turn);
  text.addEventListener("focus", () => focus(one));
  text.addEventListener("blur", () => leave(one));
  text.addEventListener("input", () => typed(one));
  text.addEventListener("click", (event) => clicked(one, event));
  return one;
}

/**
 * Shows a turn as the program has it; with `beside`, only what stands above its text.
 * @param {Shown} one
 * @param {any} turn
 * @param {boolean} [beside]
 */
export function fill(one, turn, beside = false) {
  one.turn = turn;
  const claim = claimOf(turn);
  const flags = [
    ...new Set([
      ...(turn.marked ? [t("page.edit.marked")] : []),
      ...turn.flags.map((/** @type {string} */ flag) => t("page.flag." + flag)),
      ...turn.doubts.map((/** @type {any} */ doubt) => t("page.matter." + doubt.matter)),
    ]),
  ];
  one.node.firstElementChild?.replaceChildren(
    element("strong", {}, [turn.speaker.label]),
    element("time", {}, [turn.time]),
    ...(turn.joined ? [element("span", { class: "passage" }, [t("page.edit.joined")])] : []),
    ...(turn.pokir
      ? [element("span", { class: "passage" }, [t("page.edit.is_pokir", { title: turn.pokir.title })])]
      : []),
    ...turn.passages.map((/** @type {any} */ passage) =>
      element("span", { class: "passage" }, [
        t("page.edit.passage", {
          words: short(wordsOf(turn.text).slice(passage.from, passage.until)),
          label: passage.label,
        }),
      ]),
    ),
    ...(turn.heard ? [element("span", { class: "heard" }, ["✓ " + t("page.edit.heard")])] : []),
    ...(now.listened.has(turn.id) && !turn.heard
      ? [element("span", { class: "heard" }, ["♪ " + t("page.edit.listened")])]
      : []),
    ...(turn.to_hear ? flags.map((flag) => element("span", { class: "flag" }, [flag])) : []),
    ...(claim ? [element("span", { class: "claimed" }, [t("page.edit.claimed", { name: claim })])] : []),
  );
  one.node.classList.toggle("to-hear", turn.to_hear);
  one.node.classList.toggle("omitted", turn.omitted);
  one.node.classList.toggle("joined", turn.joined);
  one.text.setAttribute("aria-label", label(turn));
  if (beside) return;
  const text = turn.omitted ? t("page.edit.omitted") : turn.text;
  if (one.text.textContent !== text) one.text.textContent = text;
}

/**
 * Takes over a turn as the program has it, unless somebody is typing in it.
 * @param {any} turn
 */
export function renew(turn) {
  const one = named.get(turn.id);
  if (!one || turn.revision < one.turn.revision) return;
  if (isChanged(one)) {
    // What is typed stays; saving it will show both texts.
    return;
  }
  const caret = one === now.focused ? caretIn(one.text) : null;
  fill(one, turn);
  if (caret !== null) placeCaret(one.text, caret);
  marks();
}

function focus(/** @type {Shown} */ one) {
  if (now.focused === one) return;
  now.focused?.node.classList.remove("focus");
  now.focused = one;
  one.node.classList.add("focus");
  if (!one.turn.omitted && may("correct")) {
    one.text.setAttribute("contenteditable", "plaintext-only");
    one.text.setAttribute("aria-readonly", "false");
  }
  tools.querySelector("[data-do=join]").hidden = !nextOf(one) || nextOf(one)?.turn.joined;
  one.node.append(tools);
  marks();
  atWork(one);
}

function leave(/** @type {Shown} */ one) {
  one.text.removeAttribute("contenteditable");
  one.text.setAttribute("aria-readonly", "true");
  save(one);
}

/**
 * Puts turns into the page that it does not have yet.
 * @param {any[]} turns
 */
export function add(turns) {
  const fresh = turns.filter((turn) => !named.has(turn.id)).map(make);
  shown.push(...fresh);
  list.append(...fresh.map((one) => one.node));
}
