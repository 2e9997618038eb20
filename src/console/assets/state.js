// @ts-check
// Where a record stands: what is missing, the next step, its documents.

import { ask, author, by, element, say, t, trouble } from "./base.js";

const page = by("standing");
const meeting = page.dataset.meeting;
const base = `/meetings/${encodeURIComponent(meeting)}`;
const go = by("advance").closest("section");
/** @type {any} */
let now = null;

function show(/** @type {any} */ state) {
  now = state;
  page.dispatchEvent(new Event("stood"));
  by("state").textContent = state.name;
  by("until").textContent = state.until || "";
  by("missing").replaceChildren(...state.missing.map(missing));
  const open = state.edition === null || state.corrections_since > 0;
  by("gate").hidden = !open;
  by("nothing-missing").hidden = state.missing.length > 0;
  const to = by("advance").elements.to;
  to.replaceChildren(
    ...[...state.ways]
      .sort((a, b) => Number(a.back) - Number(b.back))
      .map((way) => element("option", { value: way.state }, [way.name])),
  );
  by("advance").hidden = state.ways.length === 0;
  by("advance").elements.days.value = state.days;
  fields();
  const finalize = by("finalize");
  finalize.hidden = !state.official_next;
  if (state.number) finalize.elements.number.value = state.number;
  finalize.elements.signed_by.replaceChildren(
    ...state.signers.map((/** @type {any} */ signer) =>
      element("option", { value: signer.id }, [signer.name]),
    ),
  );
  finalize.querySelector(".esign").hidden = !state.esign;
  finalize.querySelector(".waive").hidden = !state.missing.some(
    (/** @type {any} */ one) => one.may_be_waived,
  );
  by("steps").replaceChildren(
    ...state.steps.map((/** @type {any} */ step) =>
      element("li", {}, [
        `${step.at} – ${step.name} – ${step.by}`,
        step.note ? ` – ${step.note}` : "",
      ]),
    ),
  );
}

function missing(/** @type {any} */ one) {
  const to = one.at ? `${base}#t=${one.at}` : one.field ? `${base}/prepare#${one.field}` : "";
  const what = to
    ? element("a", { href: to }, [one.what])
    : element("span", {}, [one.what]);
  return element("li", {}, to || !one.hint ? [what] : [what, element("small", {}, [one.hint])]);
}

/** Which fields the chosen step needs. */
function fields() {
  const form = by("advance");
  const way = now.ways.find((/** @type {any} */ one) => one.state === form.elements.to.value);
  form.querySelector(".days").hidden = !way || way.state !== "koreksi" || way.back;
}

async function documents() {
  const told = await ask("GET", base + "/documents");
  by("documents").replaceChildren(
    ...told.documents.map((/** @type {any} */ one) =>
      element("li", {}, [element("a", { href: one.path, download: one.file }, [one.name])]),
    ),
  );
  by("official").replaceChildren(
    ...told.official.map((/** @type {any} */ one) =>
      element("li", {}, [element("a", { href: one.path, download: one.file }, [one.file])]),
    ),
  );
  by("official-title").hidden = told.official.length === 0;
  by("show").dataset.path =
    [...told.official]
      .reverse()
      .find((one) => one.file.startsWith("risalah") && one.file.endsWith(".pdf"))?.path ||
    `/api/v1${base}/documents/pdf`;
}

async function load() {
  try {
    show(await ask("GET", base + "/state"));
    await documents();
  } catch (error) {
    trouble(go, error);
    by("advance").hidden = true;
    by("gate").hidden = true;
    by("show").hidden = true;
  }
}

by("advance").elements.to.addEventListener("change", fields);

by("advance").addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const name = await author();
  if (!name) return;
  const form = by("advance").elements;
  const days = by("advance").querySelector(".days").hidden ? null : Number(form.days.value);
  try {
    show(
      await ask("POST", base + "/advance", {
        to: form.to.value,
        by: name,
        note: form.note.value || null,
        days,
      }),
    );
    form.note.value = "";
    go.querySelector(".error").hidden = true;
    say(t("page.done"));
  } catch (error) {
    trouble(go, error);
  }
});

by("finalize").addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const form = by("finalize").elements;
  const nik = form.nik.value.trim();
  const esign = nik ? { nik, passphrase: form.passphrase.value } : null;
  // They are kept nowhere, here neither.
  form.nik.value = form.passphrase.value = "";
  try {
    const made = await ask("POST", base + "/finalize", {
      signed_by: form.signed_by.value,
      number: form.number.value || null,
      waive: form.waive.value || null,
      esign,
    });
    by("seal").textContent = made.seal;
    go.querySelector(".error").hidden = true;
    await load();
  } catch (error) {
    trouble(go, error);
    const list = /** @type {any} */ (error).body?.missing;
    if (list) by("missing").replaceChildren(...list.map(missing));
  }
});

by("show").addEventListener("click", () => {
  const frame = by("pdf");
  frame.src = by("show").dataset.path;
  frame.hidden = false;
});

load();
