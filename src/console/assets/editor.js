// @ts-check
// The editor: turns with their sound, corrected as they are heard. This file begins; the others are named after what they do.

import { ask, by, element, follow, t, trouble } from "./base.js";
import { look, teach } from "./editor-alike.js";
import { inOrder, join, omit, past, pokir, right, speaker, unclear, undo } from "./editor-changes.js";
import { claim, claimed, lost } from "./editor-claims.js";
import { findWithin } from "./editor-find.js";
import { watchLanes } from "./editor-lanes.js";
import { obey } from "./editor-keys.js";
import { watchListening } from "./editor-listened.js";
import { newer } from "./editor-newer.js";
import { nextToHear, progress } from "./editor-queue.js";
import { publishing, redact, watchRedactions } from "./editor-redaction.js";
import { base, editor, meeting, now, RATE, shown } from "./editor-record.js";
import { drafts, sendOff } from "./editor-saving.js";
import { listen } from "./editor-sound.js";
import { add, tools } from "./editor-turns.js";

/** @typedef {import("./editor-record.js").Shown} Shown */

/** @type {Record<string, (one: Shown) => unknown>} */
const DOES = {
  right,
  skip: nextToHear,
  speaker,
  unclear,
  join,
  pokir,
  undo: (one) => inOrder(() => undo(one)),
  history: past,
  omit,
  redact,
};
tools.addEventListener("mousedown", (/** @type {Event} */ event) => event.preventDefault());
tools.addEventListener("click", (/** @type {any} */ event) => {
  const act = DOES[event.target.closest("button")?.dataset.do];
  if (act && now.focused) act(now.focused);
});
by("next").addEventListener("click", () => nextToHear(now.focused));
by("offer-look").addEventListener("click", look);
by("offer-lexicon").addEventListener("click", teach);
by("publishing").addEventListener("click", publishing);
by("claim").addEventListener("mousedown", (/** @type {Event} */ event) => event.preventDefault());
by("claim").addEventListener("click", claim);
listen();
obey();
addEventListener("pagehide", sendOff);
addEventListener("hashchange", toHash);

/** Goes to the time that the address names. */
function toHash() {
  const time = /^#t=(\d+):(\d+):(\d+)$/.exec(location.hash);
  if (!time) return;
  const sample = ((Number(time[1]) * 60 + Number(time[2])) * 60 + Number(time[3])) * RATE;
  // What is said at that second; where nobody speaks, what is said next.
  const one =
    shown.find((one) => one.turn.start < sample + RATE && sample < one.turn.end) ||
    shown.find((one) => one.turn.start >= sample) ||
    shown[shown.length - 1];
  one?.text.focus();
  one?.node.scrollIntoView({ block: "center" });
}

/** The microphones that one may listen to. */
function microphones() {
  for (let number = 1; number <= now.people.channels; number++) {
    const seat = now.people.microphones.find((/** @type {any} */ one) => one.channel === number);
    by("source").append(
      element("option", { value: String(number) }, [
        t("page.edit.microphone", { number }) + (seat?.name ? ` – ${seat.name}` : ""),
      ]),
    );
  }
}

async function begin() {
  const list = by("turns");
  try {
    const first = await ask("GET", `${base}/turns?limit=60`);
    add(first.turns);
    // For benches/console.rs.
    performance.mark("first-turns");
    progress();
    now.people = await ask("GET", base);
    microphones();
    if (first.total > first.turns.length)
      add((await ask("GET", `${base}/turns?from=${first.turns.length}`)).turns);
    performance.mark("all-turns");
    now.lastEdit = first.last_edit;
    if (!shown.length) list.append(element("p", { class: "empty" }, [t("page.edit.none")]));
    list.setAttribute("aria-busy", "false");
    progress();
    drafts();
    toHash();
    watchListening();
    watchLanes();
    findWithin();
    watchRedactions();
  } catch (error) {
    trouble(editor, error);
    list.setAttribute("aria-busy", "false");
  }
  let known = -1;
  follow(
    meeting,
    () => Number.MAX_SAFE_INTEGER,
    (told) => {
      if (told.kind === "claims") claimed(told);
      else if (told.kind === "lost") lost();
      if (told.kind !== "edited" || told.last_edit === known) return;
      known = told.last_edit;
      if (told.last_edit > now.lastEdit) newer();
    },
  );
}

begin();
