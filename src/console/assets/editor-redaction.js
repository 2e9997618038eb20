// @ts-check
// What is taken out of the published copy: marked on words of a turn, proposed, taken back. The record stays as it is.

import { ask, author, by, choose, element, may, say, t, trouble } from "./base.js";
import { chosenWords } from "./editor-changes.js";
import { marks } from "./editor-marks.js";
import { base, editor, now, short, spans, wordsOf } from "./editor-record.js";
import { save } from "./editor-saving.js";

/** @typedef {import("./editor-record.js").Shown} Shown */

/** What the server has told last. */
let known = { redactions: /** @type {any[]} */ ([]), proposals: /** @type {any[]} */ ([]), warnings: /** @type {any[]} */ ([]) };

/** Asks what is redacted, so that it is marked in the text. */
export async function watchRedactions() {
  try {
    take(await ask("GET", base + "/redactions"));
  } catch {
    // The page is of use without it; whoever opens the list is told.
  }
}

function take(/** @type {any} */ told) {
  known = told;
  now.redactions = told.redactions;
  marks();
}

/**
 * @param {string} path
 * @param {any} body
 */
async function send(path, body) {
  const name = await author();
  if (!name) return false;
  try {
    take(await ask("POST", base + "/redactions" + path, { by: name, ...body }));
    by("saved").textContent = t("page.saved");
    return true;
  } catch (error) {
    trouble(editor, error);
    return false;
  }
}

/** Takes the chosen words out of the published copy, or all that is said in the turn. */
export async function redact(/** @type {Shown} */ one) {
  if (one.turn.omitted) return;
  const some = chosenWords(one);
  await save(one);
  const words = one.turn.words;
  const chosen = some && words.length === spans(one.turn.text).length ? some : null;
  const all = wordsOf(one.turn.text);
  const dialog = by("redact"),
    reason = dialog.querySelector("[name=reason]"),
    other = dialog.querySelector("[name=other]");
  dialog.querySelector(".text").textContent = short(chosen ? all.slice(chosen.from, chosen.until) : all);
  const shows = () => {
    other.parentElement.hidden = reason.value !== "";
    other.required = reason.value === "";
  };
  reason.onchange = shows;
  other.value = "";
  shows();
  if ((await choose(dialog)) === "ok") {
    await send("", {
      channel: one.turn.channel,
      from: chosen ? words[chosen.from].start : one.turn.start,
      until: chosen ? Math.max(words[chosen.until - 1].end, words[chosen.from].start + 1) : one.turn.end,
      reason: reason.value || other.value,
    });
  }
  one.text.focus();
}

/** Shows what is redacted, and what looks like personal data. */
export async function publishing() {
  const dialog = by("public");
  try {
    take(await ask("GET", base + "/redactions"));
  } catch (error) {
    return trouble(editor, error);
  }
  draw(dialog);
  await choose(dialog);
  now.focused?.text.focus();
}

function draw(/** @type {any} */ dialog) {
  const fill = (/** @type {string} */ list, /** @type {any[]} */ items, /** @type {string} */ none) =>
    dialog
      .querySelector(list)
      .replaceChildren(...(items.length ? items : [element("li", {}, [t(none)])]));
  const place = (/** @type {any} */ one) => {
    const link = element("a", { href: "#t=" + one.time }, [one.time]);
    link.addEventListener("click", () => dialog.close());
    return link;
  };
  const act = (/** @type {string} */ what, /** @type {string} */ path, /** @type {any} */ body) => {
    if (!may("correct")) return "";
    const button = element("button", { type: "button" }, [t(what)]);
    button.addEventListener("click", async () => {
      if (await send(path, body)) {
        draw(dialog);
        say(t("page.saved"));
        dialog.querySelector("form button").focus();
      } else dialog.close();
    });
    return button;
  };
  const proposals = known.proposals.map((one) =>
    element("li", {}, [
      place(one),
      ` ${one.printed}: `,
      element("strong", { lang: "id" }, [one.words]),
      " ",
      act("page.redact.take_out", "", {
        channel: one.channel,
        from: one.from,
        until: one.until,
        reason: one.reason,
      }),
      element("br"),
      element("small", { lang: "id" }, [one.sentence]),
    ]),
  );
  const redactions = known.redactions.map((one) =>
    element("li", {}, [
      place(one),
      ` ${one.printed}: `,
      element("strong", { lang: "id" }, [one.words]),
      " ",
      act("page.redact.take_back", `/${one.id}/withdraw`, {}),
      element("br"),
      element("small", {}, [`${one.at} – ${one.by}`]),
    ]),
  );
  const warnings = known.warnings.map((one) => element("li", {}, [one.what]));
  fill(".proposals", proposals, "page.redact.none_proposed");
  fill(".redactions", redactions, "page.redact.none");
  dialog.querySelector(".warned").hidden = !warnings.length;
  dialog.querySelector(".warnings").replaceChildren(...warnings);
}
