// @ts-check
// Keys: the one list that dispatches them and makes the help. Each may be given other keys, which this browser keeps.

import { by, choose, element, may, say, t } from "./base.js";
import { claim } from "./editor-claims.js";
import { inOrder, join, pokir, redo, right, speaker, unclear, undo } from "./editor-changes.js";
import { look, teach } from "./editor-alike.js";
import { lanes } from "./editor-lanes.js";
import { redact } from "./editor-redaction.js";
import { nextToHear, nextTurn } from "./editor-queue.js";
import { isChanged, now } from "./editor-record.js";
import { mix, seek, sound, speed, toggle } from "./editor-sound.js";

/** @typedef {import("./editor-record.js").Shown} Shown */
/** @typedef {{keys: string[], what: string, act: () => unknown}} Key */

const KEPT = "risalah-keys";

/**
 * For the turn with the focus.
 * @param {(one: Shown) => unknown} act
 */
const here = (act) => () => now.focused && act(now.focused);

/** @type {Key[]} */
const KEYS = [
  { keys: ["Ctrl+Space", "F4"], what: "page.key.play", act: toggle },
  { keys: ["Alt+J"], what: "page.key.back", act: () => seek(-5) },
  { keys: ["Alt+K"], what: "page.key.pause", act: () => sound.pause() },
  { keys: ["Alt+L"], what: "page.key.forward", act: () => seek(5) },
  { keys: ["Alt+-"], what: "page.key.slower", act: () => speed(-1) },
  { keys: ["Alt+="], what: "page.key.faster", act: () => speed(1) },
  { keys: ["Enter"], what: "page.key.next_turn", act: () => nextTurn(now.focused) },
  { keys: ["Alt+N"], what: "page.key.next_to_hear", act: () => nextToHear(now.focused) },
  { keys: ["Alt+B"], what: "page.key.right", act: here(right) },
  { keys: ["Alt+S"], what: "page.key.speaker", act: here(speaker) },
  { keys: ["Alt+U"], what: "page.key.unclear", act: here(unclear) },
  { keys: ["Alt+G"], what: "page.key.join", act: here(join) },
  { keys: ["Alt+I"], what: "page.key.pokir", act: here(pokir) },
  { keys: ["Alt+X"], what: "page.key.redact", act: here(redact) },
  { keys: ["Alt+A"], what: "page.key.alike", act: look },
  { keys: ["Alt+T"], what: "page.key.lexicon", act: teach },
  { keys: ["Alt+M"], what: "page.key.mix", act: mix },
  { keys: ["Alt+P"], what: "page.key.lanes", act: () => may("listen") && lanes() },
  { keys: ["Alt+C"], what: "page.key.claim", act: claim },
  { keys: ["Ctrl+Z"], what: "page.key.undo", act: () => inOrder(() => undo(now.focused)) },
  { keys: ["Ctrl+Y"], what: "page.key.redo", act: () => inOrder(redo) },
  { keys: ["F1"], what: "page.key.help", act: () => help() },
];

/**
 * Keys that were chosen instead of those of the list, by what they do.
 * @type {Record<string, string[]>}
 */
let chosen = {};
try {
  chosen = JSON.parse(localStorage.getItem(KEPT) || "{}") || {};
} catch {
  // What is no list of keys is none.
}

/**
 * The keys that count.
 * @param {Key} one
 */
const keysOf = (one) => (Array.isArray(chosen[one.what]) ? chosen[one.what].map(String) : one.keys);

/**
 * A key with what is held beside it, as it is written.
 * @param {KeyboardEvent} event
 */
function pressed(event) {
  const key =
    event.code === "Space" ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey && key.length > 1 ? "Shift+" : ""}${key}`;
}

/**
 * Why a key cannot be chosen; empty where it can.
 * @param {string} name
 * @param {Key} entry
 */
function objection(name, entry) {
  // Bare letters are text, and these move within it.
  const bare = name.replace(/^Shift\+/, "");
  const moves = ["Tab", "Enter", "Backspace", "Delete", "Home", "End", "PageUp", "PageDown", "Space", "Escape"];
  if (bare.length === 1 || moves.includes(bare) || bare.startsWith("Arrow")) {
    if (!entry.keys.includes(name)) return t("page.key.of_text", { key: name });
  }
  const other = KEYS.find((one) => one !== entry && keysOf(one).includes(name));
  return other ? t("page.key.taken", { key: name, what: t(other.what) }) : "";
}

/**
 * What is being given another key.
 * @type {Key | null}
 */
let changing = null;

function choosing(/** @type {KeyboardEvent} */ event) {
  if (!changing || ["Escape", "Control", "Alt", "Shift", "Meta", "AltGraph"].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  const entry = changing;
  changing = null;
  const name = pressed(event);
  const why = objection(name, entry);
  if (!why) keep({ ...chosen, [entry.what]: [name] });
  tell(why || t("page.key.changed", { key: name, what: t(entry.what) }));
  draw(entry);
}

function keep(/** @type {Record<string, string[]>} */ keys) {
  chosen = keys;
  localStorage.setItem(KEPT, JSON.stringify(chosen));
  titles();
}

function tell(/** @type {string} */ text) {
  by("keys-told").textContent = text;
}

/**
 * The help as the keys are now; the focus stays where it is.
 * @param {Key} [at]
 */
function draw(at) {
  by("keys")
    .querySelector("tbody")
    .replaceChildren(
      ...KEYS.map((one) => {
        const button = element(
          "button",
          { type: "button", "aria-label": t("page.key.change_of", { what: t(one.what) }) },
          [t("page.key.change")],
        );
        button.addEventListener("click", () => {
          changing = one;
          tell(t("page.key.press", { what: t(one.what) }));
        });
        const row = element("tr", {}, [
          element(
            "td",
            {},
            keysOf(one).flatMap((key, index) => [index ? " / " : "", element("kbd", {}, [key])]),
          ),
          element("td", {}, [t(one.what)]),
          element("td", {}, [button]),
        ]);
        if (one === at) queueMicrotask(() => button.focus());
        return row;
      }),
    );
}

/** What stands on buttons that have a key. */
function titles() {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll("[data-key]")
  )) {
    const entry = KEYS.find((one) => one.what === button.dataset.key);
    if (entry) button.title = keysOf(entry).join(" / ");
  }
}

/** Shows the help. */
export function help() {
  changing = null;
  tell("");
  draw();
  return choose(by("keys"));
}

/** Begins to listen to the keys. */
export function obey() {
  titles();
  draw();
  by("help").addEventListener("click", help);
  by("keys").addEventListener("keydown", choosing, true);
  by("keys").addEventListener("cancel", (/** @type {Event} */ event) => {
    if (!changing) return;
    event.preventDefault();
    changing = null;
    tell("");
  });
  by("keys-reset").addEventListener("click", () => {
    keep({});
    draw();
    tell(t("page.key.reset_done"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const name = pressed(event);
    const entry = KEYS.find((one) => keysOf(one).includes(name));
    const inText = now.focused && document.activeElement === now.focused.text;
    if (!entry || (name === "Enter" && !inText)) return;
    // While something is typed that is not saved, the browser undoes it letter by letter.
    if (name === "Ctrl+Z" && inText && now.focused && isChanged(now.focused)) return;
    event.preventDefault();
    entry.act();
  });
}
