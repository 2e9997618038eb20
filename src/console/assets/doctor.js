// @ts-check
// Whether this computer can record a meeting.

import { ask, by, checks, t, trouble } from "./base.js";

const page = by("doctor");
const meeting = new URLSearchParams(location.search).get("meeting");

async function examine() {
  by("again").disabled = true;
  page.querySelector(".error").hidden = true;
  page.setAttribute("aria-busy", "true");
  by("summary").textContent = t("page.doctor.working");
  try {
    const told = await ask(
      "GET",
      "/doctor" + (meeting ? `?meeting=${encodeURIComponent(meeting)}` : ""),
    );
    by("lines").replaceChildren(...checks(told.lines));
    const count = told.lines.filter((/** @type {any} */ line) => line.result !== "ok").length;
    by("summary").textContent = count
      ? t("page.doctor.look", { count })
      : t("page.doctor.ready");
  } catch (error) {
    by("summary").textContent = "";
    trouble(page, error);
  }
  page.setAttribute("aria-busy", "false");
  by("again").disabled = false;
}

by("again").addEventListener("click", examine);
examine();
