// @ts-check
// What is due by the retention schedule, and what is decided of it.

import { ask, author, by, choose, element, say, t, trouble } from "./base.js";

const due = by("due");
const dialog = by("decide");
const form = dialog.querySelector("form");

/**
 * A size in whole megabytes, at least what it takes.
 * @param {number} bytes
 */
function size(bytes) {
  return `${Math.ceil(bytes / 1_000_000)} MB`;
}

/**
 * A day as people write it.
 * @param {string | null} day
 */
function shown(day) {
  return day ? day.split("-").reverse().join("-") : "–";
}

/** Which fields the chosen decision needs. */
function fields() {
  const decision = form.elements.decision.value;
  form.querySelector(".until").hidden = decision !== "keep";
  form.querySelector(".sure").hidden = decision !== "destroy";
  form.elements.sure.required = decision === "destroy";
}

/**
 * Asks what is to become of files, and has it done.
 * @param {any} item
 */
async function decide(item) {
  form.reset();
  by("decide-title").textContent = `${item.name}: ${t("page.retention.file." + item.file)}`;
  by("decide-rule").textContent = item.rule;
  form.querySelector("option[value=destroy]").disabled = !item.may_be_destroyed;
  fields();
  if ((await choose(dialog)) !== "ok") return;
  const name = await author();
  if (!name) return;
  const { decision, until, reason } = form.elements;
  try {
    const made = await ask("POST", `/meetings/${encodeURIComponent(item.meeting)}/retention`, {
      file: item.file,
      decision: decision.value,
      until: decision.value === "keep" ? until.value || null : null,
      reason: reason.value,
      by: name,
    });
    await load();
    say(
      made.decision === "destroy"
        ? t("page.retention.destroyed", { count: made.destroyed, size: size(made.bytes) })
        : t("page.done"),
    );
  } catch (error) {
    trouble(due, error);
  }
}

/**
 * A row of the table.
 * @param {any} item
 */
function row(item) {
  const path = `/meetings/${encodeURIComponent(item.meeting)}/state`;
  const label = t("page.retention.file." + item.file);
  const what = t("page.retention.decide");
  const button = element(
    "button",
    { type: "button", "aria-label": `${what}: ${item.name}, ${label}` },
    [what],
  );
  button.addEventListener("click", () => decide(item));
  return element("tr", {}, [
    element("th", { scope: "row" }, [
      element("a", { href: path }, [item.name]),
      element("small", {}, [shown(item.date)]),
    ]),
    element("td", {}, [
      label,
      element("small", {}, [
        t("page.retention.size", { count: item.files, size: size(item.bytes) }),
      ]),
    ]),
    element("td", { class: "date" }, [shown(item.due)]),
    element("td", {}, [item.rule]),
    element("td", {}, [button]),
  ]);
}

async function load() {
  due.querySelector(".error").hidden = true;
  try {
    const found = await ask("GET", "/retention");
    by("items").replaceChildren(...found.items.map(row));
    by("table").hidden = !found.items.length;
    const parts = [
      found.items.length
        ? t("page.retention.count", { count: found.items.length })
        : t("page.retention.none", { meetings: found.meetings }),
    ];
    if (found.ruleless) parts.push(t("page.retention.ruleless", { count: found.ruleless }));
    by("count").textContent = parts.join(" ");
    by("notes").replaceChildren(
      ...found.notes.map((/** @type {any} */ note) => element("li", {}, [note.what])),
    );
  } catch (error) {
    trouble(due, error);
  }
}

form.elements.decision.addEventListener("change", fields);
load();
