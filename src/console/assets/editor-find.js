// @ts-check
// Search within the meeting: from one turn that holds the words to the next.

import { ask, by, t } from "./base.js";
import { base, named, now } from "./editor-record.js";

/** What was found last, and where one is in it. */
let words = "";
/** @type {any[]} */
let found = [];
let at = -1;

/** Goes to the next turn that was found, behind the one with the focus. */
function next() {
  if (!found.length) return;
  at = (at + 1) % found.length;
  const one = named.get(found[at].id);
  by("found").textContent = t("page.edit.found", { number: at + 1, total: found.length });
  one?.node.scrollIntoView({ block: "center" });
  one?.text.focus();
}

export function findWithin() {
  by("find").addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const wanted = by("find").elements.q.value.trim();
    if (!wanted) return;
    if (wanted !== words) {
      try {
        found = (await ask("GET", `${base}/search?q=${encodeURIComponent(wanted)}`)).turns;
      } catch (error) {
        by("found").textContent = String(/** @type {any} */ (error).message);
        return;
      }
      words = wanted;
      const from = now.focused ? now.focused.turn.start : -1;
      at = found.findIndex((one) => one.start > from) - 1;
      if (at < -1) at = -1;
      if (!found.length) by("found").textContent = t("page.edit.found_none");
    }
    next();
  });
  // What was corrected may be found otherwise.
  by("turns").addEventListener("input", () => (words = ""));
}
