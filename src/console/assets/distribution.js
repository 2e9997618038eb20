// @ts-check
// What was sent of a record, to whom, and what came of it.

import { ask, author, by, choose, element, say, t, trouble } from "./base.js";

const parcels = by("parcels");
const base = `/meetings/${encodeURIComponent(parcels.dataset.meeting)}/distribution`;
const dialog = by("mark");
const form = dialog.querySelector("form");

/**
 * A day as people write it.
 * @param {string | null} day
 */
function shown(day) {
  return day ? day.split("-").reverse().join("-") : "–";
}

/** An answer has words. */
function fields() {
  form.elements.text.required = form.elements.mark.value === "answered";
}

/**
 * Asks what somebody has done, and keeps it.
 * @param {any} parcel
 */
async function heard(parcel) {
  form.reset();
  by("mark-title").textContent = parcel.name;
  fields();
  if ((await choose(dialog)) !== "ok") return;
  const name = await author();
  if (!name) return;
  const { mark, text } = form.elements;
  try {
    await ask("POST", `${base}/${encodeURIComponent(parcel.id)}`, {
      mark: mark.value,
      text: text.value,
      by: name,
    });
    await load();
    say(t("page.done"));
  } catch (error) {
    trouble(parcels, error);
  }
}

/**
 * A row of the table, with all that happened.
 * @param {any} parcel
 */
function row(parcel) {
  const what = t("page.distribution.enter");
  const is_sent = ["sent", "opened", "acknowledged", "answered"].includes(parcel.standing);
  const button = element("button", { type: "button", "aria-label": `${what}: ${parcel.name}` }, [what]);
  button.addEventListener("click", () => heard(parcel));
  const events = parcel.events.map((/** @type {any} */ event) =>
    element("li", {}, [
      `${event.at} – ${event.what} – ${event.by}${event.detail ? ": " + event.detail : ""}`,
    ]),
  );
  return element("tr", {}, [
    element("th", { scope: "row" }, [parcel.name, element("small", {}, [parcel.office || parcel.way])]),
    element("td", {}, [parcel.subject, element("small", {}, [parcel.number || ""])]),
    element("td", { class: "date" }, [
      shown(parcel.due),
      ...(parcel.late ? [element("small", {}, [t("page.distribution.late")])] : []),
    ]),
    element("td", {}, [
      element("details", {}, [element("summary", {}, [parcel.standing_name]), element("ol", {}, events)]),
    ]),
    element("td", {}, is_sent ? [button] : []),
  ]);
}

async function load() {
  parcels.querySelector(".error").hidden = true;
  try {
    const found = await ask("GET", base);
    by("items").replaceChildren(...found.parcels.map(row));
    by("table").hidden = !found.parcels.length;
    by("count").textContent = found.parcels.length ? "" : t("page.distribution.none");
    if (found.finding) trouble(parcels, new Error(found.finding));
  } catch (error) {
    trouble(parcels, error);
  }
}

form.elements.mark.addEventListener("change", fields);
load();
