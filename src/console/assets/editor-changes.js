// @ts-check
// What can be done with a turn beside typing: its speaker, marks, joining, undo, history.

import { ask, author, by, choose, element, Refused, say, t, trouble } from "./base.js";
import { placeCaret } from "./editor-caret.js";
import { warn } from "./editor-claims.js";
import { nextToHear } from "./editor-queue.js";
import { base, editor, isChanged, named, nextOf, now, short, spans, wordsOf } from "./editor-record.js";
import { done, save, taken, typed, undone } from "./editor-saving.js";
import { fill } from "./editor-turns.js";

/** @typedef {import("./editor-record.js").Shown} Shown */

async function change(
  /** @type {Shown} */ one,
  /** @type {string} */ what,
  /** @type {any} */ body,
) {
  const name = await author();
  if (!name) return false;
  await save(one);
  try {
    const changed = await ask("PUT", `${base}/turns/${one.turn.id}/${what}`, {
      by: name,
      revision: one.turn.revision,
      ...body,
    });
    taken(one, changed);
    by("saved").textContent = t("page.saved");
    warn(changed);
    return true;
  } catch (error) {
    if (error instanceof Refused && error.body.current) {
      fill(one, error.body.current);
      say(error.body.what);
    } else {
      trouble(editor, error);
    }
    return false;
  }
}

export async function right(/** @type {Shown} */ one) {
  if (await change(one, "heard", {})) nextToHear(one);
}

export async function omit(/** @type {Shown} */ one) {
  const dialog = by("omit");
  if ((await choose(dialog)) !== "ok") return;
  const decision = dialog.querySelector("input").value;
  await change(one, "omitted", { decision });
  one.text.focus();
}

/**
 * Says what the turn raises for the house to take up, or that it raises nothing.
 * @param {Shown} one
 */
export async function pokir(one) {
  if (one.turn.omitted) return;
  const dialog = by("pokir");
  const title = dialog.querySelector("[name=title]"),
    field = dialog.querySelector("[name=field]");
  title.value = one.turn.pokir?.title || "";
  field.value = one.turn.pokir?.field || "";
  if ((await choose(dialog)) === "ok") await change(one, "pokir", { title: title.value, field: field.value });
  one.text.focus();
}

/** Joins the turn with the one after it at the same microphone. */
export function join(/** @type {Shown} */ one) {
  const next = nextOf(one);
  if (!next) return say(t("page.edit.nothing_to_join"));
  return change(next, "joined", {});
}

export function unclear(/** @type {Shown} */ one) {
  if (one.turn.omitted) return;
  one.text.focus();
  const selection = getSelection();
  const text = one.text.textContent || "";
  const has = selection?.rangeCount && one.text.contains(selection.anchorNode);
  const [from, to] = has
    ? [selection.getRangeAt(0).startOffset, selection.getRangeAt(0).endOffset]
    : [text.length, text.length];
  const before = text.slice(0, from),
    after = text.slice(to);
  const put =
    (before && !/\s$/.test(before) ? " " : "") +
    "[tidak jelas]" +
    (after && !/^\s/.test(after) ? " " : "");
  one.text.textContent = before + put + after;
  placeCaret(one.text, before.length + put.length);
  typed(one);
}

/**
 * The words that are marked, else those from the caret on; null for all of them.
 * @param {Shown} one
 */
export function chosenWords(one) {
  const selection = getSelection();
  if (!selection?.rangeCount || !one.text.contains(selection.anchorNode) || isChanged(one))
    return null;
  const { startOffset, endOffset, collapsed } = selection.getRangeAt(0);
  const places = spans(one.turn.text);
  const from = places.findIndex(([, end]) => end > startOffset);
  const after = collapsed ? -1 : places.findIndex(([start]) => start >= endOffset);
  const until = after < 0 ? places.length : after;
  return from < 0 || from >= until || (from === 0 && until === places.length)
    ? null
    : { from, until };
}

export async function speaker(/** @type {Shown} */ one) {
  const some = chosenWords(one);
  const dialog = by("speaker"),
    who = by("who"),
    find = dialog.querySelector("[name=find]");
  const everybody = [
    ...now.people.people.map((/** @type {any} */ person) => ({
      id: person.id,
      name: person.name,
      channel: person.channel,
      initials: initials(person.name),
    })),
    { id: "seat", name: t("page.edit.seat_speaker"), initials: "" },
    { id: "unknown", name: t("page.edit.unknown_speaker"), initials: "" },
  ];
  let chosen = 0;
  /** @type {any[]} */
  let found = [];
  const draw = () => {
    const wish = find.value.trim().toLowerCase();
    found = everybody.filter(
      (one) =>
        !wish ||
        String(one.channel || "") === wish ||
        one.initials.startsWith(wish) ||
        one.name.toLowerCase().includes(wish),
    );
    chosen = Math.max(0, Math.min(chosen, found.length - 1));
    who.replaceChildren(
      ...found.map((one, index) => {
        const option = element(
          "div",
          { role: "option", id: "who-" + index, "aria-selected": String(index === chosen) },
          [one.channel ? `${one.channel} – ${one.name}` : one.name],
        );
        option.addEventListener("click", () => {
          chosen = index;
          draw();
        });
        return option;
      }),
    );
    if (!found.length)
      who.append(
        element("div", { role: "option", "aria-disabled": "true" }, [t("page.edit.nobody")]),
      );
    find.setAttribute("aria-activedescendant", "who-" + chosen);
    who.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  find.value = "";
  find.oninput = () => {
    chosen = 0;
    draw();
  };
  find.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    chosen += step;
    draw();
  };
  dialog.querySelector("[name=everywhere]").checked = false;
  const only = dialog.querySelector("[name=only]");
  only.checked = false;
  by("only").hidden = !some;
  if (some)
    by("only").lastElementChild.textContent = t("page.edit.only_words", {
      words: short(wordsOf(one.turn.text).slice(some.from, some.until)),
    });
  draw();
  const answer = await choose(dialog);
  if (answer === "ok" && found[chosen]) {
    await change(one, "speaker", {
      speaker: found[chosen].id,
      everywhere: dialog.querySelector("[name=everywhere]").checked,
      words: only.checked ? some : null,
    });
  }
  one.text.focus();
}

/**
 * First letters of the words of a name that are no titles.
 * @param {string} name
 */
function initials(name) {
  return name
    .split(",")[0]
    .split(/\s+/)
    .filter((word) => !word.includes("."))
    .map((word) => word[0] || "")
    .join("")
    .toLowerCase();
}

async function takeBack(/** @type {number[]} */ edits) {
  const name = await author();
  if (!name) return null;
  try {
    const changed = await ask("POST", base + "/undo", { by: name, edits });
    taken(null, changed);
    by("saved").textContent = t("page.saved");
    return changed.edits;
  } catch (error) {
    trouble(editor, error);
    return null;
  }
}

let last = Promise.resolve();

/**
 * What is undone or done again comes one after the other, however fast the keys are pressed.
 * @param {() => Promise<void>} act
 */
export function inOrder(act) {
  last = last.then(act, act);
}

export async function undo(/** @type {Shown | null} */ one) {
  if (one && isChanged(one)) await save(one);
  const latest = done.pop();
  if (!latest) return say(t("page.edit.nothing_to_undo"));
  const edits = await takeBack(latest.edits);
  if (!edits) return;
  undone.push({ id: latest.id, edits });
  named.get(latest.id)?.text.focus();
  say(t("page.edit.undone"));
}

export async function redo() {
  const latest = undone.pop();
  if (!latest) return;
  const edits = await takeBack(latest.edits);
  if (!edits) return;
  done.push({ id: latest.id, edits });
  say(t("page.edit.redone"));
}

export async function past(/** @type {Shown} */ one) {
  const told = await ask("GET", `${base}/turns/${one.turn.id}/history`);
  const dialog = by("past");
  const lines = told.edits.map((/** @type {any} */ edit) => {
    const what = t("page.edit.was_" + edit.kind, edit);
    const who = edit.source === "machine" ? t("page.edit.by_rule") : edit.by;
    const line = element("li", {}, [
      what,
      element("br"),
      element("small", {}, [
        `${edit.at} – ${who}`,
        edit.why ? " – " + t("page.edit.reason_asked", edit) : "",
      ]),
    ]);
    if (!edit.counts && edit.kind !== "undo") line.classList.add("off");
    if (edit.counts) {
      const button = element("button", { type: "button" }, [t("page.edit.take_back")]);
      button.addEventListener("click", async () => {
        if (await takeBack([edit.id])) dialog.close();
      });
      line.append(" ", button);
    }
    return line;
  });
  for (const one of told.listened) {
    const how = one.channel ? t("page.edit.microphone", { number: one.channel }) : t("page.edit.mix");
    lines.push(
      element("li", {}, [
        t("page.edit.was_listened", { how }),
        element("br"),
        element("small", {}, [`${one.at} – ${one.by}`]),
      ]),
    );
  }
  dialog
    .querySelector("ol")
    .replaceChildren(...(lines.length ? lines : [element("li", {}, [t("page.edit.no_history")])]));
  await choose(dialog);
  one.text.focus();
}
