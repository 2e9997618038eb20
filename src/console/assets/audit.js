// @ts-check
// The audit trail.

import { ask, by, element, t, trouble } from "./base.js";
import { asked, fill } from "./filters.js";

const FIELDS = ["by", "action", "meeting", "from", "until"];
const form = by("wanted");
const table = by("trail");
/** Which request the answers are of. */
let current = 0;
/** The number of the last entry that is shown. */
let last = 0;

/**
 * An entry in its row.
 * @param {any} entry
 */
function row(entry) {
  const how = [entry.kind === "account" ? "" : entry.kind_name, entry.address || ""].filter(Boolean).join(", ");
  const meeting = entry.meeting
    ? [element("a", { href: `/meetings/${encodeURIComponent(entry.meeting)}` }, [entry.meeting])]
    : [];
  return element("tr", { "data-action": entry.action }, [
    element("td", {}, [String(entry.line)]),
    element("td", { class: "date" }, [element("time", { datetime: entry.at }, [entry.time])]),
    element("th", { scope: "row" }, [entry.by || "–", element("small", {}, [how])]),
    element("td", {}, [entry.action_name]),
    element("td", {}, meeting),
    element("td", {}, [entry.detail || ""]),
  ]);
}

/**
 * Shows entries: from the newest on, or those before the last one that is shown.
 * @param {boolean} on
 */
async function show(on) {
  const mine = on ? current : ++current;
  const wanted = asked(form, FIELDS);
  for (const [id, format] of [["csv", "csv"], ["json", "json"]])
    by(id).href = `/api/v1/audit/export/${format}?${wanted}`;
  form.querySelector(".error").hidden = true;
  if (on) wanted.set("before", String(last));
  table.setAttribute("aria-busy", "true");
  try {
    const found = await ask("GET", `/audit?${wanted}`);
    if (mine !== current) return;
    const rows = found.entries.map(row);
    if (on) table.tBodies[0].append(...rows);
    else {
      table.tBodies[0].replaceChildren(...rows);
      by("count").textContent = t("page.audit.count", { count: found.total });
    }
    last = found.next || 0;
    by("more").hidden = !found.next;
  } catch (refused) {
    if (mine === current) trouble(form, refused);
  }
  table.setAttribute("aria-busy", "false");
}

/** Shows whether the trail is as it was entered. */
async function check() {
  const place = by("verdict");
  place.replaceChildren();
  try {
    const found = await ask("GET", "/audit/check");
    const told = [...found.findings, ...found.strangers];
    if (!found.findings.length && found.head)
      place.append(
        element("p", { class: "good" }, [
          t("page.audit.whole", { lines: found.lines, line: found.head.line, sha256: found.head.sha256 }),
        ]),
      );
    place.append(
      element(
        "ul",
        { class: "troubles" },
        told.map((one) => element("li", {}, [one.what, " ", element("small", {}, [one.hint || ""])])),
      ),
    );
  } catch (refused) {
    trouble(form, refused);
  }
}

form.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const wanted = asked(form, FIELDS);
  history.pushState(null, "", wanted.toString() ? `/audit?${wanted}` : "/audit");
  show(false);
});
by("more").addEventListener("click", () => show(true));
by("check").addEventListener("click", check);
addEventListener("popstate", () => {
  fill(form, FIELDS);
  show(false);
});
fill(form, FIELDS);
show(false);
