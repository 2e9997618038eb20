// @ts-check
// Search in all meetings.

import { ask, by, element, t, trouble } from "./base.js";
import { asked, fill } from "./filters.js";

const FIELDS = ["q", "what", "text", "member", "fraksi", "kind", "agenda", "from", "until"];
const RATE = 16000;
const form = by("search");
const player = by("player");
/**
 * The button of what is heard.
 * @type {HTMLElement | null}
 */
let playing = null;
/** Which search the answers are of. */
let current = 0;
let shown = 0;

/** Shows in the form what the address asks for. */
function show() {
  fill(form, FIELDS);
  by("filter").open = FIELDS.slice(1).some((name) => form.elements[name].value);
}

/**
 * Plays a hit on its own microphone, or stops.
 * @param {any} hit
 * @param {HTMLElement} button
 */
function play(hit, button) {
  const stops = playing === button && !player.paused;
  player.pause();
  playing?.setAttribute("aria-pressed", "false");
  if (stops) return;
  playing = button;
  button.setAttribute("aria-pressed", "true");
  const from = Math.max(0, hit.start - RATE);
  player.src = `/api/v1/meetings/${encodeURIComponent(hit.meeting)}/audio?channel=${hit.channel}&from=${from}&to=${hit.end}`;
  player.play().catch(() => button.setAttribute("aria-pressed", "false"));
}
player.addEventListener("ended", () => playing?.setAttribute("aria-pressed", "false"));

/**
 * What a hit says, with its marks.
 * @param {any} hit
 */
function sentence(hit) {
  const parts = hit.parts.map((/** @type {any} */ part) =>
    part.mark ? element("mark", {}, [part.text]) : part.text,
  );
  if (hit.of === "recognised") parts.unshift(t("page.search.recognised") + " ");
  if (hit.of === "absent") parts.push(", " + t("page.search.absent"));
  if (hit.of === "excused") parts.push(", " + t("page.search.excused"));
  return parts;
}

/**
 * A hit in its list.
 * @param {any} hit
 */
function line(hit) {
  const said = element("a", { href: hit.page, class: "hit" }, sentence(hit));
  const who = element("div", { class: "who" });
  if (hit.channel) {
    const button = element("button", { type: "button", "aria-pressed": "false" }, [
      t("page.search.play", { time: hit.time }),
    ]);
    button.addEventListener("click", () => play(hit, button));
    who.append(button);
  } else if (hit.time) who.append(element("time", {}, [hit.time]));
  if (hit.channel && hit.speaker) who.append(element("strong", {}, [hit.speaker]));
  else if (hit.group) who.append(element("strong", {}, [hit.group]));
  if (hit.item) who.append(element("small", {}, [hit.item]));
  return element("li", {}, [who, said]);
}

/**
 * Puts hits below their meetings.
 * @param {HTMLElement} list
 * @param {any[]} hits
 */
function add(list, hits) {
  for (const hit of hits) {
    let last = /** @type {HTMLElement | null} */ (list.lastElementChild);
    if (last?.dataset.meeting !== hit.meeting) {
      const date = hit.date ? hit.date.split("-").reverse().join("-") : "–";
      last = element("section", {}, [
        element("h2", {}, [hit.name, " ", element("small", {}, [date])]),
        element("ol", { class: "hits" }),
      ]);
      last.dataset.meeting = hit.meeting;
      list.append(last);
    }
    last?.lastElementChild?.append(line(hit));
  }
}

/**
 * Words like those that were asked for, each of which leads on.
 * @param {any[]} also
 */
function others(also) {
  const place = by("also");
  place.replaceChildren(t("page.search.also") + " ");
  also.forEach((one, at) => {
    const wanted = asked(form, FIELDS);
    wanted.set("q", `"${one.word}"`);
    const link = element("a", { href: `/search?${wanted}` }, [one.word]);
    place.append(at ? ", " : "", link, ` (${one.count})`);
  });
  place.hidden = !also.length;
  by("also-hits").replaceChildren();
  also.forEach((one) => add(by("also-hits"), one.hits));
}

/**
 * How much was found, and where it was not looked.
 * @param {any} found
 */
function count(found) {
  const parts = [
    found.total
      ? t(found.more ? "page.search.found_more" : "page.search.found", {
          count: found.total,
          meetings: found.meetings,
        })
      : t("page.search.nothing", { meetings: found.meetings }),
  ];
  if (found.closed) parts.push(t("page.search.closed", { count: found.closed }));
  if (found.left) parts.push(t("page.search.left", { count: found.left }));
  by("count").textContent = parts.join(" ");
}

/**
 * Asks for hits from here on.
 * @param {number} skip
 */
async function look(skip) {
  const mine = skip ? current : ++current;
  const wanted = asked(form, FIELDS);
  const error = form.querySelector(".error");
  error.hidden = true;
  if (!wanted.toString()) return;
  wanted.set("skip", String(skip));
  try {
    const found = await ask("GET", `/search?${wanted}`);
    if (mine !== current) return;
    if (!skip) {
      by("hits").replaceChildren();
      shown = 0;
      others(found.also);
    }
    add(by("hits"), found.hits);
    shown += found.hits.length;
    count(found);
    by("notes").replaceChildren(
      ...found.notes.map((/** @type {any} */ note) => element("li", {}, [note.what])),
    );
    by("more").hidden = shown >= found.total || !found.hits.length;
    // The rest of the meetings is read while one asks.
    if (found.left) setTimeout(() => mine === current && look(0), 200);
  } catch (refused) {
    if (mine !== current) return;
    for (const id of ["hits", "notes", "also-hits", "count"]) by(id).replaceChildren();
    by("also").hidden = by("more").hidden = true;
    trouble(form, refused);
  }
}

form.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const wanted = asked(form, FIELDS);
  history.pushState(null, "", wanted.toString() ? `/search?${wanted}` : "/search");
  look(0);
});
by("more").addEventListener("click", () => look(shown));
addEventListener("popstate", () => {
  show();
  look(0);
});
show();
form.elements.q.focus();
look(0);
