// @ts-check
// A recording while it runs: levels, events, the words as they come.

import { ask, by, choose, element, follow, Refused, say, t } from "./base.js";
import { events, keys } from "./live-events.js";
import { grows, listenTo } from "./live-monitor.js";
import { show } from "./meters.js";

const page = by("live");
const meeting = page.dataset.meeting;
const base = `/meetings/${encodeURIComponent(meeting)}`;
/** The place in the transcript up to which everything is shown. */
let after = 0;

function recording(/** @type {any} */ told) {
  const state = !told.running
    ? "page.live.not_running"
    : told.state === "waiting"
      ? "page.live.waiting"
      : told.state === "device_lost"
        ? "page.live.lost_device"
        : "page.live.running";
  put(by("state"), t(state));
  by("state").dataset.state = told.running ? "perekaman" : "";
  put(by("elapsed"), told.elapsed || "00:00:00");
  const hours = Math.floor((told.disk_minutes || 0) / 60);
  const room =
    hours > 0
      ? t("page.live.hours", { hours, minutes: told.disk_minutes % 60 })
      : t("page.live.minutes", { minutes: told.disk_minutes });
  const copied = told.mirror === "following" ? " · " + t("page.live.copied") : "";
  const lost =
    told.lost_seconds > 0 ? " · " + t("page.live.lost", { seconds: told.lost_seconds }) : "";
  put(by("disk"), told.running ? room + copied + lost : "");
  by("start").hidden = told.running;
  by("stop").hidden = !told.running;
  for (const control of page.querySelectorAll(".events button, form.line button, #withdraw, #hear")) {
    /** @type {HTMLButtonElement} */ (control).disabled = !told.running;
  }
  put(by("closed"), told.closed ? t("page.live.closed") : "");
  for (const button of page.querySelectorAll("[data-sure]")) {
    /** @type {HTMLElement} */ (button).hidden = (button.getAttribute("data-sure") === "public") !== told.closed;
  }
  const list = told.troubles.map((/** @type {any} */ one) => one.what).join("\n");
  if (by("troubles").dataset.list !== list) {
    by("troubles").dataset.list = list;
    by("troubles").replaceChildren(
      ...told.troubles.map((/** @type {any} */ one) =>
        element("li", {}, [one.what, one.hint ? ` ${one.hint}` : ""]),
      ),
    );
  }
  const behind = told.behind === null ? "–" : t("page.live.behind", { seconds: told.behind });
  put(by("recogniser"), told.running ? behind : "–");
  put(by("last"), told.last || "–");
  preview(told.preview);
  const has = told.meters.filter((/** @type {any} */ one) => told.floor.includes(one.channel));
  put(by("floor"), has.map((/** @type {any} */ one) => one.name || one.channel).join(", ") || "–");
  show(
    meeting,
    told.meters.map((/** @type {any} */ one) => ({ ...one, name: one.name || "", marked: has.includes(one) })),
  );
  events(told.events, told.running);
  grows(told.running ? told.position : 0);
  // For benches/console.rs.
  page.dispatchEvent(new CustomEvent("shown", { detail: told }));
}

/**
 * What is being said: dim, as the final words may be others.
 * @param {any} said
 */
function preview(said) {
  by("preview").hidden = !said;
  if (said) put(by("preview"), `${said.time} ${said.speaker}: ${said.text} …`);
}

/**
 * Writes only what is new, so that nothing is read out again.
 * @param {HTMLElement} place
 * @param {string} text
 */
function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function turns(/** @type {any} */ told) {
  after = told.after;
  const place = by("said");
  const end = place.scrollHeight - place.scrollTop - place.clientHeight < 80;
  place.querySelector(".empty")?.remove();
  for (const turn of told.turns) {
    place.append(
      element("p", {}, [
        element("time", {}, [turn.time]),
        " ",
        element("strong", {}, [turn.speaker]),
        " ",
        element("span", { lang: "id" }, [turn.text || "…"]),
      ]),
    );
  }
  if (end) place.scrollTop = place.scrollHeight;
}

async function enter(/** @type {string} */ event) {
  try {
    const done = await ask("POST", base + "/recording/events", { event });
    say(t(done.withdrawn ? "page.live.withdrawn" : "page.live.entered", { time: done.time }));
    return true;
  } catch (error) {
    say(
      error instanceof Refused
        ? [error.body.what, error.body.hint].filter(Boolean).join(" ")
        : String(error),
    );
    return false;
  }
}

for (const button of page.querySelectorAll("[data-event]")) {
  button.addEventListener("click", async () => {
    const sure = button.dataset.sure;
    if (!sure || (await choose(by(sure))) === "yes") enter(button.dataset.event);
  });
}
by("withdraw").addEventListener("click", () => enter("batal"));
for (const [id, event] of /** @type {[string, (form: any) => string][]} */ ([
  ["interjection", (form) => `interupsi:${form.channel.value}`],
  ["item", (form) => `acara:${form.number.value}`],
  [
    "seat",
    (form) => `duduk:${form.channel.value}${form.person.value ? ":" + form.person.value : ""}`,
  ],
  ["note", (form) => `catatan:${form.text.value}`],
])) {
  by(id).addEventListener("submit", async (/** @type {SubmitEvent} */ submit) => {
    submit.preventDefault();
    if ((await enter(event(by(id).elements))) && id === "note") by(id).reset();
  });
}

by("start").addEventListener("click", async () => {
  by("start").disabled = true;
  try {
    recording(await ask("POST", base + "/recording"));
  } catch (error) {
    say(
      error instanceof Refused
        ? [error.body.what, error.body.hint].filter(Boolean).join(" ")
        : String(error),
    );
  }
  by("start").disabled = false;
});
by("stop").addEventListener("click", async () => {
  if ((await choose(by("sure"))) !== "yes") return;
  try {
    await ask("POST", base + "/recording/stop");
    say(t("page.live.stopping"));
  } catch (error) {
    say(String(/** @type {any} */ (error).message));
  }
});

const one = await ask("GET", base);
const numbers = one.microphones.length
  ? one.microphones.map((/** @type {any} */ seat) => [seat.channel, seat.name || ""])
  : Array.from({ length: 16 }, (_, index) => [index + 1, ""]);
for (const id of ["interjection", "seat", "monitor"]) {
  by(id).elements.channel.append(
    ...numbers.map((/** @type {any[]} */ [number, name]) =>
      element("option", { value: String(number) }, [name ? `${number} – ${name}` : String(number)]),
    ),
  );
}
by("seat").elements.person.replaceChildren(
  element("option", { value: "" }, ["–"]),
  ...one.people.map((/** @type {any} */ person) =>
    element("option", { value: person.id }, [person.name]),
  ),
);
by("item").elements.number.replaceChildren(
  ...one.agenda.map((/** @type {string} */ item, /** @type {number} */ index) =>
    element("option", { value: String(index + 1) }, [`${index + 1}. ${item}`]),
  ),
);
by("item").hidden = one.agenda.length === 0;
by("seat").hidden = one.people.length === 0;
by("said").append(element("p", { class: "empty" }, [t("page.live.no_turns")]));

keys(page);
listenTo(base);

follow(
  meeting,
  () => after,
  (told) => {
    if (told.kind === "recording") recording(told);
    else if (told.kind === "turns") turns(told);
    else if (told.kind === "lost") put(by("state"), t("page.offline"));
  },
);
