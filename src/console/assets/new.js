// @ts-check
// The form of a new meeting.

import { ask, by, trouble } from "./base.js";

const LISTS = ["agenda", "letterhead", "seats"];
const form = by("new");

form.elements.date.value = new Date().toLocaleDateString("sv");

form.addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  /** @type {Record<string, unknown>} */
  const meeting = {};
  for (const [name, value] of new FormData(form)) {
    const text = String(value).trim();
    if (LISTS.includes(name))
      meeting[name] = String(value)
        .replace(/\s+$/, "")
        .split("\n")
        .map((line) => line.trim());
    else if (name === "sequence") {
      if (text) meeting[name] = Number(text);
    } else if (text) meeting[name] = text;
  }
  for (const name of ["agenda", "letterhead"]) {
    if (Array.isArray(meeting[name])) meeting[name] = /** @type {string[]} */ (meeting[name]).filter(Boolean);
  }
  form
    .querySelectorAll("[aria-invalid]")
    .forEach((/** @type {Element} */ field) => field.removeAttribute("aria-invalid"));
  try {
    const made = await ask("POST", "/meetings", meeting);
    location.href = `/meetings/${encodeURIComponent(made.id)}/prepare`;
  } catch (error) {
    trouble(form, error);
    const field = form.elements[/** @type {any} */ (error).body?.field];
    if (field) {
      field.setAttribute("aria-invalid", "true");
      field.focus();
    }
  }
});
