// @ts-check
// Links with which speakers correct their own turns, while the record is in its correction period.

import { ask, by, element, t, trouble } from "./base.js";

const section = by("links");
const base = `/meetings/${encodeURIComponent(section.dataset.meeting)}`;
const form = section.querySelector("form");

async function begin() {
  const state = await ask("GET", base + "/state");
  section.hidden = state.state !== "koreksi";
  if (section.hidden) return;
  const meeting = await ask("GET", base);
  // It is asked again when the state changes: who was chosen stays.
  const chosen = form.elements.person.value;
  form.elements.person.replaceChildren(
    ...meeting.people.map((/** @type {any} */ person) =>
      element("option", { value: person.id }, [person.name]),
    ),
  );
  if (chosen) form.elements.person.value = chosen;
}

form.addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  section.querySelector(".error").hidden = true;
  try {
    const person = encodeURIComponent(form.elements.person.value);
    const link = await ask("POST", `${base}/members/${person}/link`);
    const address = location.origin + link.path;
    by("link").replaceChildren(
      element("a", { href: address, target: "_blank" }, [t("page.member.link", link)]),
      ` – ${t("page.member.link_until", link)}`,
      element("br"),
      element("code", {}, [address]),
    );
  } catch (error) {
    trouble(section, error);
  }
});

by("standing").addEventListener("stood", begin);
begin().catch((error) => trouble(section, error));
