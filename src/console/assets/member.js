// @ts-check
// A member's own turns, with their sound, corrected with a reason.

import { ask, by, element, t, trouble } from "./base.js";

const meetings = /** @type {HTMLLabelElement} */ (by("meetings"));
const chosen = /** @type {HTMLSelectElement} */ (meetings.querySelector("select"));
const sound = /** @type {HTMLAudioElement} */ (by("sound"));

function show(/** @type {any} */ turn) {
  const form = by("own-turn").content.firstElementChild.cloneNode(true);
  const told = form.querySelector(".told");
  let seen = turn;
  const fill = (/** @type {any} */ fresh) => {
    seen = fresh;
    form.elements.text.value = fresh.omitted ? "" : fresh.text;
    form.elements.text.disabled = fresh.omitted;
  };
  form.querySelector("strong").textContent = turn.time;
  fill(turn);
  form.querySelector(".listen").addEventListener("click", () => {
    sound.src = `/api/v1/member/audio?turn=${encodeURIComponent(turn.id)}&${of()}`;
    sound.play().catch(() => {});
  });
  form.addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    told.textContent = "";
    form.querySelector(".error").hidden = true;
    try {
      const changed = await ask("PUT", `/member/turns/${turn.id}/text?${of()}`, {
        revision: seen.revision,
        text: form.elements.text.value,
        why: form.elements.why.value,
      });
      const fresh = changed.turns.find((/** @type {any} */ one) => one.id === turn.id);
      if (fresh) fill(fresh);
      form.elements.why.value = "";
      told.textContent = t(changed.edits.length ? "page.member.sent" : "page.member.same");
    } catch (error) {
      trouble(form, error);
      // The secretariat has corrected meanwhile: what was written stays, on what stands there now.
      const current = /** @type {any} */ (error).body?.current;
      if (current) {
        seen = current;
        told.textContent = t("page.member.now", { text: current.text });
      }
    }
  });
  return form;
}

/** Of which meeting one asks. */
function of() {
  return `meeting=${encodeURIComponent(chosen.value)}`;
}

async function begin() {
  try {
    const found = (await ask("GET", "/member/meetings")).meetings;
    chosen.replaceChildren(
      ...found.map((/** @type {any} */ one) => element("option", { value: one.id }, [one.name])),
    );
    meetings.hidden = found.length < 2;
    if (found.length) await load();
    else by("own").textContent = t("page.member.none_open");
  } catch (error) {
    trouble(document, error);
  }
  by("own").setAttribute("aria-busy", "false");
}

async function load() {
  try {
    const own = await ask("GET", `/member/turns?${of()}`);
    by("which").textContent = t("page.member.which", own);
    by("own").replaceChildren(...own.turns.map(show));
    if (!own.turns.length) by("own").textContent = t("page.member.none");
  } catch (error) {
    trouble(document, error);
  }
}

chosen.addEventListener("change", load);
begin();
