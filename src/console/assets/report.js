// @ts-check
// What the secretariat has worked on in a period.

import { ask, by, element, t, trouble } from "./base.js";
import { asked, fill } from "./filters.js";

const FIELDS = ["from", "until"];
const form = by("wanted");
const report = by("report");
/** Which request the answers are of. */
let current = 0;

/**
 * A table with its title.
 * @param {any} table
 */
function shown(table) {
  const kind = (/** @type {number} */ place) => (place < table.words ? "" : "number");
  const head = table.head.map((/** @type {string} */ name, /** @type {number} */ place) =>
    element("th", { scope: "col", class: kind(place) }, [name]),
  );
  const rows = table.rows.map((/** @type {string[]} */ cells, /** @type {number} */ row) =>
    element(
      "tr",
      { class: table.has_total && row === table.rows.length - 1 ? "total" : "" },
      cells.map((cell, place) =>
        place === 0 && table.words === 1
          ? element("th", { scope: "row" }, [cell])
          : element("td", { class: kind(place) }, [cell]),
      ),
    ),
  );
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": table.title }, [
    element("table", { class: "meetings report" }, [
      element("caption", {}, [table.title]),
      element("thead", {}, [element("tr", {}, head)]),
      element("tbody", {}, rows),
    ]),
  ]);
}

async function show() {
  const mine = ++current;
  const wanted = asked(form, FIELDS);
  for (const format of ["pdf", "csv", "json"]) by(`as-${format}`).href = `/api/v1/report/${format}?${wanted}`;
  report.querySelector(".error").hidden = true;
  report.setAttribute("aria-busy", "true");
  try {
    const found = await ask("GET", `/report?${wanted}`);
    if (mine !== current) return;
    by("count").textContent = t("page.report.count", { count: found.meetings });
    by("notes").replaceChildren(
      ...found.notes.map((/** @type {any} */ note) => element("li", {}, [note.what])),
    );
    const filled = found.tables.filter((/** @type {any} */ table) => found.meetings && table.rows.length);
    by("tables").replaceChildren(...filled.map(shown));
  } catch (refused) {
    if (mine === current) trouble(report, refused);
  }
  report.setAttribute("aria-busy", "false");
}

form.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const wanted = asked(form, FIELDS);
  history.pushState(null, "", wanted.toString() ? `/report?${wanted}` : "/report");
  show();
});
addEventListener("popstate", () => {
  fill(form, FIELDS);
  show();
});
fill(form, FIELDS);
show();
