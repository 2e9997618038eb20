// @ts-check
// Onto paper: which document, which printer, and what becomes of it.

import { ask, by, element, t, trouble } from "./base.js";

const page = by("printing");
const base = `/meetings/${encodeURIComponent(page.dataset.meeting)}`;
const form = by("print");
/** How often a job is asked about, in milliseconds. */
const PULSE = 500;

/** @type {any[]} */
let printers = [];
let job = 0;

function told(/** @type {any} */ one) {
  return one.hint ? [one.what, " ", element("small", {}, [one.hint])] : [one.what];
}

async function list() {
  const found = await ask("GET", "/printers");
  printers = found.printers;
  const options = printers.map((one) =>
    element("option", { value: one.name }, [one.info ? `${one.name} – ${one.info}` : one.name]),
  );
  form.elements.printer.replaceChildren(
    ...options,
    element("option", { value: "" }, [t("page.print.by_address")]),
  );
  const usual = printers.find((one) => one.default) || printers[0];
  form.elements.printer.value = usual ? usual.name : "";
  if (found.problem) by("printer-state").replaceChildren(...told(found.problem));
  chosen(found.problem);
}

/**
 * Shows how the chosen printer is.
 * @param {any} [problem]
 */
function chosen(problem) {
  const one = printers.find((one) => one.name === form.elements.printer.value);
  form.querySelector(".address").hidden = Boolean(one);
  form.elements.address.required = !one;
  if (one)
    by("printer-state").replaceChildren(
      [one.state, one.papers.join(", ")].filter(Boolean).join(" · "),
      ...one.troubles.flatMap((/** @type {any} */ trouble) => [element("br"), ...told(trouble)]),
    );
  else if (!problem) by("printer-state").replaceChildren();
}

/** Which fields the chosen document has. */
function fields() {
  form.querySelector(".full").hidden = form.elements.document.value !== "risalah";
}

async function follow() {
  const number = job;
  let state;
  try {
    state = await ask("GET", `${base}/print/${number}`);
  } catch (error) {
    trouble(form, error);
    return;
  }
  if (number !== job) return;
  const pages = state.pages ? [" ", t("page.print.pages", { count: state.pages })] : [];
  by("told").replaceChildren(...told(state.told), ...pages);
  by("troubles").replaceChildren(
    ...state.troubles.map((/** @type {any} */ one) => element("li", {}, told(one))),
  );
  by("cancel").hidden = state.over;
  form.querySelector("button").disabled = !state.over;
  if (!state.over) setTimeout(follow, PULSE);
}

form.addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const wish = form.elements;
  form.querySelector("button").disabled = true;
  form.querySelector(".error").hidden = true;
  try {
    const given = await ask("POST", base + "/print", {
      document: wish.document.value,
      printer: wish.printer.value || wish.address.value,
      copies: Number(wish.copies.value),
      both_sides: wish.both_sides.checked,
      paper: wish.paper.value || null,
      full: wish.full.checked && wish.document.value === "risalah",
    });
    job = given.job;
    by("job").hidden = false;
    by("notices").replaceChildren(
      ...given.notices.map((/** @type {any} */ one) => element("li", {}, told(one))),
    );
    by("told").replaceChildren();
    follow();
  } catch (error) {
    trouble(form, error);
    form.querySelector("button").disabled = false;
  }
});

by("cancel").addEventListener("click", () =>
  ask("DELETE", `${base}/print/${job}`).catch((error) => trouble(form, error)),
);
form.elements.printer.addEventListener("change", () => chosen());
form.elements.document.addEventListener("change", fields);

fields();
list().catch((error) => trouble(form, error));
