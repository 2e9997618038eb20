// @ts-check
// The editor: turns with their sound, corrected as they are heard.

import { ask, author, by, choose, element, follow, may, Refused, say, t, trouble } from "./base.js";

const RATE = 16000;
/** Rest after which what was typed is saved, and the longest that it waits while one goes on typing, in milliseconds. */
const REST = 1000,
  LONGEST = 1900;
/** Longest passage that is asked for at once, in samples: browsers keep all of it in memory. */
const PASSAGE = 180 * RATE;

const editor = by("editor"),
  list = by("turns"),
  sound = /** @type {HTMLAudioElement} */ (by("sound"));
const meeting = editor.dataset.meeting;
const base = `/meetings/${encodeURIComponent(meeting)}`;
const tools = by("tools").content.firstElementChild.cloneNode(true);

/** @typedef {{turn: any, node: HTMLElement, text: HTMLElement, timer: number, since: number, saving: Promise<void> | null, sent: string, lost: string}} Shown */
/** @type {Shown[]} */
const shown = [];
/** @type {Map<string, Shown>} */
const named = new Map();
/** @type {any} */
let people = { people: [], microphones: [], length: 0 };
let lastEdit = 0;
/** @type {Shown | null} */
let focused = null;
/** What plays: from which sample, of which microphone (0 for all), until where. */
let playing = { from: 0, channel: 0, until: Infinity };
/** What was saved and can be undone, and what was undone and can be done again: numbers of corrections. */
/** @type {{id: string, edits: number[]}[]} */
const done = [],
  undone = [];

// ---- What was typed and is not saved lives in this browser, until it is.

/** What one has typed is not saved in the name of another. */
const whose = document.body.dataset.account ? `${document.body.dataset.account}:` : "";
const draftKey = (/** @type {string} */ id) => `risalah-draft:${whose}${meeting}:${id}`;

function keepDraft(/** @type {Shown} */ one) {
  localStorage.setItem(
    draftKey(one.turn.id),
    JSON.stringify({ revision: one.turn.revision, text: one.text.textContent, sent: one.sent }),
  );
}

function isChanged(/** @type {Shown} */ one) {
  return !one.turn.omitted && one.text.textContent !== one.turn.text;
}

// ---- Turns

/** The first words of some, as a person can find them. @param {string[]} some */
function short(some) {
  return some.slice(0, 4).join(" ") + (some.length > 4 ? " …" : "");
}

function label(/** @type {any} */ turn) {
  return t("page.edit.turn", { speaker: turn.speaker.name || turn.speaker.label, time: turn.time });
}

function make(/** @type {any} */ turn) {
  const text = element("p", {
    class: "text",
    lang: "id",
    tabindex: "0",
    role: "textbox",
    "aria-multiline": "true",
    "aria-readonly": "true",
    "data-empty": t("page.edit.empty"),
  });
  const node = element("article", { class: "turn", id: "turn-" + turn.id }, [
    element("div", { class: "who" }),
    text,
  ]);
  /** @type {Shown} */
  const one = { turn, node, text, timer: 0, since: 0, saving: null, sent: "", lost: "" };
  named.set(turn.id, one);
  fill(one, turn);
  text.addEventListener("focus", () => focus(one));
  text.addEventListener("blur", () => leave(one));
  text.addEventListener("input", () => typed(one));
  text.addEventListener("click", (event) => clicked(one, event));
  return one;
}

function fill(/** @type {Shown} */ one, /** @type {any} */ turn) {
  one.turn = turn;
  const flags = [
    ...new Set([
      ...turn.flags.map((/** @type {string} */ flag) => t("page.flag." + flag)),
      ...turn.doubts.map((/** @type {any} */ doubt) => t("page.matter." + doubt.matter)),
    ]),
  ];
  one.node.firstElementChild?.replaceChildren(
    element("strong", {}, [turn.speaker.label]),
    element("time", {}, [turn.time]),
    ...turn.passages.map((/** @type {any} */ passage) =>
      element("span", { class: "passage" }, [
        t("page.edit.passage", {
          words: short(wordsOf(turn.text).slice(passage.from, passage.until)),
          label: passage.label,
        }),
      ]),
    ),
    ...(turn.heard ? [element("span", { class: "heard" }, ["✓ " + t("page.edit.heard")])] : []),
    ...(turn.to_hear ? flags.map((flag) => element("span", { class: "flag" }, [flag])) : []),
  );
  one.node.classList.toggle("to-hear", turn.to_hear);
  one.node.classList.toggle("omitted", turn.omitted);
  one.text.setAttribute("aria-label", label(turn));
  const text = turn.omitted ? t("page.edit.omitted") : turn.text;
  if (one.text.textContent !== text) one.text.textContent = text;
}

/** Takes over a turn as the program has it, unless somebody is typing in it. @param {any} turn */
function renew(turn) {
  const one = named.get(turn.id);
  if (!one || turn.revision < one.turn.revision) return;
  if (isChanged(one)) {
    // What is typed stays; saving it will show both texts.
    return;
  }
  const caret = one === focused ? caretIn(one.text) : null;
  fill(one, turn);
  if (caret !== null) placeCaret(one.text, caret);
  marks();
}

function caretIn(/** @type {HTMLElement} */ text) {
  const selection = getSelection();
  return selection?.rangeCount && text.contains(selection.anchorNode)
    ? selection.anchorOffset
    : null;
}

/** Letters before the caret, also where the browser has split the text. @param {HTMLElement} text */
function lettersBefore(text) {
  const selection = getSelection();
  const before = new Range();
  before.selectNodeContents(text);
  if (selection?.anchorNode) before.setEnd(selection.anchorNode, selection.anchorOffset);
  return before.toString().length;
}

function placeCaret(/** @type {HTMLElement} */ text, /** @type {number} */ at) {
  const node = text.firstChild;
  if (node) getSelection()?.collapse(node, Math.min(at, node.textContent?.length || 0));
}

function focus(/** @type {Shown} */ one) {
  if (focused === one) return;
  focused?.node.classList.remove("focus");
  focused = one;
  one.node.classList.add("focus");
  if (!one.turn.omitted && may("correct")) {
    one.text.setAttribute("contenteditable", "plaintext-only");
    one.text.setAttribute("aria-readonly", "false");
  }
  one.node.append(tools);
  marks();
}

function leave(/** @type {Shown} */ one) {
  one.text.removeAttribute("contenteditable");
  one.text.setAttribute("aria-readonly", "true");
  save(one);
}

// ---- Saving

function typed(/** @type {Shown} */ one) {
  if (one.text.childNodes.length > 1) {
    const caret = one.text.contains(getSelection()?.anchorNode || null)
      ? lettersBefore(one.text)
      : null;
    one.text.textContent = one.text.textContent;
    if (caret !== null) placeCaret(one.text, caret);
  }
  const now = performance.now();
  if (!one.timer) one.since = now;
  keepDraft(one);
  clearTimeout(one.timer);
  by("saved").textContent = t("page.unsaved");
  one.timer = window.setTimeout(
    () => save(one),
    Math.max(0, Math.min(REST, one.since + LONGEST - now)),
  );
}

/** Saves what was typed into a turn, one request at a time. @param {Shown} one @returns {Promise<void>} */
function save(one) {
  clearTimeout(one.timer);
  one.timer = 0;
  if (one.saving)
    return one.saving.then(() =>
      isChanged(one) && !one.node.classList.contains("failed") ? save(one) : undefined,
    );
  if (!isChanged(one)) {
    if (localStorage.getItem(draftKey(one.turn.id))) localStorage.removeItem(draftKey(one.turn.id));
    return Promise.resolve();
  }
  one.saving = put(one).finally(() => {
    one.saving = null;
  });
  return one.saving;
}

async function put(/** @type {Shown} */ one) {
  const name = await author();
  if (!name) return;
  const text = one.text.textContent || "",
    before = one.turn.text;
  one.sent = text;
  keepDraft(one);
  by("saved").textContent = t("page.saving");
  try {
    const changed = await ask("PUT", `${base}/turns/${one.turn.id}/text`, {
      by: name,
      revision: one.turn.revision,
      text,
    });
    taken(one, changed, text);
    one.node.classList.remove("failed");
    by("trouble").hidden = true;
    if (isChanged(one)) keepDraft(one);
    else localStorage.removeItem(draftKey(one.turn.id));
    by("saved").textContent = isChanged(one) ? t("page.unsaved") : t("page.saved");
    if (changed.edits.length) offer(before, one.turn.text, one);
  } catch (error) {
    await notSaved(one, error, text);
  }
}

/** Puts what became of a change into the page. @param {Shown | null} one @param {any} changed @param {string} [sent] */
function taken(one, changed, sent) {
  lastEdit = Math.max(lastEdit, changed.last_edit);
  if (one && changed.edits.length) {
    done.push({ id: one.turn.id, edits: changed.edits });
    undone.length = 0;
  }
  for (const turn of changed.turns) {
    const other = named.get(turn.id);
    if (!other) continue;
    if (other === one && sent !== undefined && other.text.textContent !== sent) {
      // One went on typing while it was saved: what is new belongs to the next save.
      other.turn = turn;
    } else {
      const caret = other === focused ? caretIn(other.text) : null;
      fill(other, turn);
      if (caret !== null) placeCaret(other.text, caret);
    }
  }
  if (one && sent !== undefined && !changed.turns.length && one.text.textContent === sent)
    one.text.textContent = one.turn.text;
  progress();
  marks();
}

async function notSaved(
  /** @type {Shown} */ one,
  /** @type {any} */ error,
  /** @type {string} */ text,
) {
  const refused = error instanceof Refused ? error : null;
  by("saved").textContent = t("page.unsaved");
  if (refused?.status === 409 && refused.body.current)
    return conflict(one, refused.body.current, text);
  trouble(editor, error);
  if (!refused || refused.status === 0 || refused.status >= 500) {
    // The program may be started again: what is typed is tried again until it is taken.
    one.lost = text;
    one.timer = window.setTimeout(() => save(one), 2000);
  } else {
    one.node.classList.add("failed");
  }
}

async function conflict(
  /** @type {Shown} */ one,
  /** @type {any} */ current,
  /** @type {string} */ mine,
) {
  if (one.lost && wordsOf(current.text).join(" ") === wordsOf(one.lost).join(" ")) {
    // It is what was sent before an answer was lost: nobody else has changed it.
    one.turn = current;
    one.lost = "";
    return put(one);
  }
  const dialog = by("conflict");
  by("conflict-what").textContent = t("page.edit.conflict");
  dialog.querySelector(".theirs").textContent = current.text;
  dialog.querySelector(".yours").textContent = mine;
  const chosen = await choose(dialog);
  one.turn = current;
  if (chosen === "mine") {
    one.text.textContent = mine;
    await put(one);
  } else if (chosen === "theirs") {
    localStorage.removeItem(draftKey(current.id));
    one.text.textContent = "";
    fill(one, current);
    by("saved").textContent = "";
  } else {
    keepDraft(one);
  }
  marks();
}

// ---- Changes of the turn with the focus

async function change(
  /** @type {Shown} */ one,
  /** @type {string} */ what,
  /** @type {any} */ body,
) {
  const name = await author();
  if (!name) return false;
  await save(one);
  try {
    const changed = await ask("PUT", `${base}/turns/${one.turn.id}/${what}`, {
      by: name,
      revision: one.turn.revision,
      ...body,
    });
    taken(one, changed);
    by("saved").textContent = t("page.saved");
    return true;
  } catch (error) {
    if (error instanceof Refused && error.body.current) {
      fill(one, error.body.current);
      say(error.body.what);
    } else {
      trouble(editor, error);
    }
    return false;
  }
}

async function right(/** @type {Shown} */ one) {
  if (await change(one, "heard", {})) nextToHear(one);
}

async function omit(/** @type {Shown} */ one) {
  const dialog = by("omit");
  if ((await choose(dialog)) !== "ok") return;
  const decision = dialog.querySelector("input").value;
  await change(one, "omitted", { decision });
  one.text.focus();
}

function unclear(/** @type {Shown} */ one) {
  if (one.turn.omitted) return;
  one.text.focus();
  const selection = getSelection();
  const text = one.text.textContent || "";
  const has = selection?.rangeCount && one.text.contains(selection.anchorNode);
  const [from, to] = has
    ? [selection.getRangeAt(0).startOffset, selection.getRangeAt(0).endOffset]
    : [text.length, text.length];
  const before = text.slice(0, from),
    after = text.slice(to);
  const put =
    (before && !/\s$/.test(before) ? " " : "") +
    "[tidak jelas]" +
    (after && !/^\s/.test(after) ? " " : "");
  one.text.textContent = before + put + after;
  placeCaret(one.text, before.length + put.length);
  typed(one);
}

/** The words that are marked, else those from the caret on; null for all of them. @param {Shown} one */
function chosenWords(one) {
  const selection = getSelection();
  if (!selection?.rangeCount || !one.text.contains(selection.anchorNode) || isChanged(one))
    return null;
  const { startOffset, endOffset, collapsed } = selection.getRangeAt(0);
  const places = spans(one.turn.text);
  const from = places.findIndex(([, end]) => end > startOffset);
  const after = collapsed ? -1 : places.findIndex(([start]) => start >= endOffset);
  const until = after < 0 ? places.length : after;
  return from < 0 || from >= until || (from === 0 && until === places.length)
    ? null
    : { from, until };
}

async function speaker(/** @type {Shown} */ one) {
  const some = chosenWords(one);
  const dialog = by("speaker"),
    who = by("who"),
    find = dialog.querySelector("[name=find]");
  const everybody = [
    ...people.people.map((/** @type {any} */ person) => ({
      id: person.id,
      name: person.name,
      channel: person.channel,
      initials: initials(person.name),
    })),
    { id: "seat", name: t("page.edit.seat_speaker"), initials: "" },
    { id: "unknown", name: t("page.edit.unknown_speaker"), initials: "" },
  ];
  let chosen = 0;
  /** @type {any[]} */
  let found = [];
  const draw = () => {
    const wish = find.value.trim().toLowerCase();
    found = everybody.filter(
      (one) =>
        !wish ||
        String(one.channel || "") === wish ||
        one.initials.startsWith(wish) ||
        one.name.toLowerCase().includes(wish),
    );
    chosen = Math.max(0, Math.min(chosen, found.length - 1));
    who.replaceChildren(
      ...found.map((one, index) => {
        const option = element(
          "div",
          { role: "option", id: "who-" + index, "aria-selected": String(index === chosen) },
          [one.channel ? `${one.channel} – ${one.name}` : one.name],
        );
        option.addEventListener("click", () => {
          chosen = index;
          draw();
        });
        return option;
      }),
    );
    if (!found.length)
      who.append(
        element("div", { role: "option", "aria-disabled": "true" }, [t("page.edit.nobody")]),
      );
    find.setAttribute("aria-activedescendant", "who-" + chosen);
    who.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  find.value = "";
  find.oninput = () => {
    chosen = 0;
    draw();
  };
  find.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    chosen += step;
    draw();
  };
  dialog.querySelector("[name=everywhere]").checked = false;
  const only = dialog.querySelector("[name=only]");
  only.checked = false;
  by("only").hidden = !some;
  if (some)
    by("only").lastElementChild.textContent = t("page.edit.only_words", {
      words: short(wordsOf(one.turn.text).slice(some.from, some.until)),
    });
  draw();
  const answer = await choose(dialog);
  if (answer === "ok" && found[chosen]) {
    await change(one, "speaker", {
      speaker: found[chosen].id,
      everywhere: dialog.querySelector("[name=everywhere]").checked,
      words: only.checked ? some : null,
    });
  }
  one.text.focus();
}

/** First letters of the words of a name that are no titles. @param {string} name */
function initials(name) {
  return name
    .split(",")[0]
    .split(/\s+/)
    .filter((word) => !word.includes("."))
    .map((word) => word[0] || "")
    .join("")
    .toLowerCase();
}

async function takeBack(/** @type {number[]} */ edits) {
  const name = await author();
  if (!name) return null;
  try {
    const changed = await ask("POST", base + "/undo", { by: name, edits });
    taken(null, changed);
    by("saved").textContent = t("page.saved");
    return changed.edits;
  } catch (error) {
    trouble(editor, error);
    return null;
  }
}

let last = Promise.resolve();

/** What is undone or done again comes one after the other, however fast the keys are pressed. @param {() => Promise<void>} act */
function inOrder(act) {
  last = last.then(act, act);
}

async function undo(/** @type {Shown | null} */ one) {
  if (one && isChanged(one)) await save(one);
  const latest = done.pop();
  if (!latest) return say(t("page.edit.nothing_to_undo"));
  const edits = await takeBack(latest.edits);
  if (!edits) return;
  undone.push({ id: latest.id, edits });
  named.get(latest.id)?.text.focus();
  say(t("page.edit.undone"));
}

async function redo() {
  const latest = undone.pop();
  if (!latest) return;
  const edits = await takeBack(latest.edits);
  if (!edits) return;
  done.push({ id: latest.id, edits });
  say(t("page.edit.redone"));
}

async function past(/** @type {Shown} */ one) {
  const told = await ask("GET", `${base}/turns/${one.turn.id}/history`);
  const dialog = by("past");
  const lines = told.edits.map((/** @type {any} */ edit) => {
    const what = t("page.edit.was_" + edit.kind, edit);
    const who = edit.source === "machine" ? t("page.edit.by_rule") : edit.by;
    const line = element("li", {}, [
      what,
      element("br"),
      element("small", {}, [
        `${edit.at} – ${who}`,
        edit.why ? " – " + t("page.edit.reason_asked", edit) : "",
      ]),
    ]);
    if (!edit.counts && edit.kind !== "undo") line.classList.add("off");
    if (edit.counts) {
      const button = element("button", { type: "button" }, [t("page.edit.take_back")]);
      button.addEventListener("click", async () => {
        if (await takeBack([edit.id])) dialog.close();
      });
      line.append(" ", button);
    }
    return line;
  });
  dialog
    .querySelector("ol")
    .replaceChildren(...(lines.length ? lines : [element("li", {}, [t("page.edit.no_history")])]));
  await choose(dialog);
  one.text.focus();
}

// ---- Fix alike: what was corrected here is offered elsewhere, one by one.

const wordsOf = (/** @type {string} */ text) => text.split(/[^\S\u00a0\u202f]+/).filter(Boolean);

/** @type {(() => unknown) | null} */
let offered = null;

/** Offers a correction elsewhere without taking anybody away from what is typed. @param {string} before @param {string} after @param {Shown} from */
function offer(before, after, from) {
  const old = wordsOf(before),
    fresh = wordsOf(after);
  let head = 0,
    tail = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  while (
    tail < old.length - head &&
    tail < fresh.length - head &&
    old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]
  )
    tail++;
  const bare = (/** @type {string} */ text) =>
    text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
  const wrong = bare(old.slice(head, old.length - tail).join(" ")),
    good = bare(fresh.slice(head, fresh.length - tail).join(" "));
  if (wrong.length < 3 || !good || wrong === good || wrong.split(" ").length > 4) return;
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])${wrong.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\p{L}\\p{N}])`,
    "u",
  );
  const places = shown.filter(
    (one) => one !== from && !one.turn.omitted && pattern.test(one.turn.text),
  );
  by("offer").hidden = places.length === 0;
  if (!places.length) return;
  by("offer").firstElementChild.textContent = t("page.edit.offer", {
    before: wrong,
    after: good,
    count: places.length,
  });
  offered = () => alike(wrong, good, pattern, places);
}

async function alike(
  /** @type {string} */ wrong,
  /** @type {string} */ good,
  /** @type {RegExp} */ pattern,
  /** @type {Shown[]} */ places,
) {
  const dialog = by("alike");
  by("offer").hidden = true;
  offered = null;
  let count = 0,
    place = 0;
  for (const one of places) {
    place += 1;
    dialog.querySelector(".count").textContent = t("page.edit.alike", {
      before: wrong,
      after: good,
      place,
      count: places.length,
    });
    const [start, end] = one.turn.text.split(pattern, 2);
    dialog
      .querySelector(".where")
      .replaceChildren(
        `${label(one.turn)}: …${start.slice(-80)}`,
        element("mark", {}, [wrong]),
        `${(end || "").slice(0, 80)}…`,
      );
    const chosen = await choose(dialog);
    if (!chosen) break;
    if (chosen !== "yes") continue;
    one.text.textContent = one.turn.text.replace(pattern, () => good);
    const was = one.turn.revision;
    await save(one);
    if (one.turn.revision !== was) count += 1;
  }
  if (count) say(t("page.edit.alike_done", { count }));
}

// ---- Sound

/** The words of a turn as they stand in its text: where each begins and ends. @param {string} text */
function spans(text) {
  return [...text.matchAll(/[^\s]+(?:[\u00a0\u202f][^\s]+)*/gu)].map((found) => [
    found.index,
    found.index + found[0].length,
  ]);
}

/** The sample at which the word at this letter of a turn was spoken. @param {Shown} one @param {number} letter */
function sampleAt(one, letter) {
  const { turn } = one;
  const places = spans(one.text.textContent || "");
  let place = places.findIndex(([, end]) => letter <= end);
  if (place < 0) place = places.length - 1;
  if (turn.words.length === places.length && turn.words[place]) return turn.words[place].start;
  const share = letter / Math.max(1, (one.text.textContent || "").length);
  return Math.round(turn.start + share * (turn.end - turn.start));
}

function clicked(/** @type {Shown} */ one, /** @type {MouseEvent} */ event) {
  if (getSelection()?.toString()) return;
  const point = /** @type {any} */ (document).caretPositionFromPoint?.(
    event.clientX,
    event.clientY,
  );
  const letter = point ? point.offset : caretIn(one.text);
  if (letter !== null) play(one, sampleAt(one, letter));
}

function channelOf(/** @type {Shown | null} */ one) {
  const wish = by("source").value;
  if (wish === "mix") return 0;
  return wish === "own" ? one?.turn.channel || playing.channel : Number(wish);
}

function play(
  /** @type {Shown | null} */ one,
  /** @type {number} */ sample,
  /** @type {number} */ until = Infinity,
) {
  const from = Math.max(0, sample - Number(by("lead").value) * RATE);
  const channel = channelOf(one);
  playing = { from, channel, until };
  const to = Math.min(from + PASSAGE, people.length || Infinity);
  const query = new URLSearchParams({ from: String(Math.round(from)) });
  if (channel) query.set("channel", String(channel));
  if (Number.isFinite(to) && to > from) query.set("to", String(Math.round(to)));
  sound.src = `/api/v1${base}/audio?${query}`;
  sound.playbackRate = Number(by("speed").value);
  sound.play().catch(() => {});
}

const position = () => playing.from + sound.currentTime * RATE;

function toggle() {
  if (!sound.src) return play(focused, focused ? focused.turn.start : 0);
  if (sound.paused) sound.play().catch(() => {});
  else sound.pause();
}

function seek(/** @type {number} */ seconds) {
  if (!sound.src) return;
  const wanted = sound.currentTime + seconds;
  if (wanted >= 0) sound.currentTime = wanted;
  else
    play(
      focused,
      Math.max(0, position() + seconds * RATE) + Number(by("lead").value) * RATE,
      playing.until,
    );
}

/** The turn of what plays that holds this sample. @param {number} sample */
function turnAt(sample) {
  const holds = (/** @type {Shown} */ one) =>
    one.turn.start <= sample &&
    sample < one.turn.end &&
    (!playing.channel || one.turn.channel === playing.channel);
  return focused && holds(focused) ? focused : shown.find(holds);
}

const highlights = /** @type {any} */ (globalThis).CSS?.highlights;

function range(/** @type {Shown} */ one, /** @type {number} */ from, /** @type {number} */ to) {
  const node = one.text.firstChild;
  if (!node || to > (node.textContent?.length || 0)) return null;
  const made = new Range();
  made.setStart(node, from);
  made.setEnd(node, to);
  return made;
}

function follows() {
  if (sound.paused) return;
  const sample = position();
  const clock = Math.floor(sample / RATE);
  by("position").textContent = [clock / 3600, (clock / 60) % 60, clock % 60]
    .map((part) => String(Math.floor(part)).padStart(2, "0"))
    .join(":");
  if (sample >= playing.until) sound.pause();
  const one = turnAt(sample);
  if (highlights && one && one.text.textContent === one.turn.text) {
    const place = one.turn.words.findIndex((/** @type {any} */ word) => sample < word.end);
    const span = spans(one.turn.text)[place];
    const made =
      span && one.turn.words.length === spans(one.turn.text).length
        ? range(one, span[0], span[1])
        : null;
    if (made) highlights.set("word", new /** @type {any} */ (globalThis).Highlight(made));
  }
  requestAnimationFrame(follows);
}

/** Marks the doubtful words of the turn with the focus. */
function marks() {
  if (!highlights) return;
  const one = focused;
  const made =
    !one || one.text.textContent !== one.turn.text
      ? []
      : one.turn.doubts
          .map((/** @type {any} */ doubt) => {
            const places = spans(one.turn.text);
            const [first, last] = [places[doubt.from], places[doubt.until - 1]];
            return first && last ? range(one, first[0], last[1]) : null;
          })
          .filter(Boolean);
  const others = !one ? [] : one.turn.passages;
  const places = one ? spans(one.turn.text) : [];
  const said = others
    .map((/** @type {any} */ passage) =>
      one && one.text.textContent === one.turn.text && places[passage.until - 1]
        ? range(one, places[passage.from][0], places[passage.until - 1][1])
        : null,
    )
    .filter(Boolean);
  highlights.set("passage", new /** @type {any} */ (globalThis).Highlight(...said));
  highlights.set("doubt", new /** @type {any} */ (globalThis).Highlight(...made));
}

// ---- The queue of what is to be heard

function nextToHear(/** @type {Shown | null} */ from) {
  const start = from ? shown.indexOf(from) + 1 : 0;
  const next = [...shown.slice(start), ...shown.slice(0, start)].find(
    (one) => one.turn.to_hear && one !== from,
  );
  if (!next) return say(t("page.edit.all_heard"));
  next.node.scrollIntoView({ block: "center" });
  next.text.focus();
  play(next, next.turn.start, next.turn.end + RATE / 4);
}

function progress() {
  const left = shown.filter((one) => one.turn.to_hear).length,
    heard = shown.filter((one) => one.turn.heard).length;
  by("to-hear").textContent = left ? `(${left})` : "";
  by("heard").max = Math.max(1, left + heard);
  by("heard").value = heard;
  by("progress-text").textContent =
    left + heard
      ? t("page.edit.to_hear", { heard, count: left + heard })
      : t("page.edit.turns", { count: shown.length });
}

function nextTurn(/** @type {Shown | null} */ from) {
  const next = shown[from ? shown.indexOf(from) + 1 : 0];
  if (!next) return;
  next.text.focus();
  next.node.scrollIntoView({ block: "nearest" });
}

function speed(/** @type {number} */ step) {
  const select = by("speed");
  select.selectedIndex = Math.max(
    0,
    Math.min(select.options.length - 1, select.selectedIndex + step),
  );
  sound.playbackRate = Number(select.value);
}

function mix() {
  const select = by("source");
  select.value = select.value === "mix" ? "own" : "mix";
  if (sound.src) play(focused, position() + Number(by("lead").value) * RATE, playing.until);
}

// ---- Keys: the one list that dispatches them and makes the help

/** @type {{keys: string[], what: string, act: () => unknown}[]} */
const KEYS = [
  { keys: ["Ctrl+Space", "F4"], what: "page.key.play", act: toggle },
  { keys: ["Alt+J"], what: "page.key.back", act: () => seek(-5) },
  { keys: ["Alt+K"], what: "page.key.pause", act: () => sound.pause() },
  { keys: ["Alt+L"], what: "page.key.forward", act: () => seek(5) },
  { keys: ["Alt+-"], what: "page.key.slower", act: () => speed(-1) },
  { keys: ["Alt+="], what: "page.key.faster", act: () => speed(1) },
  { keys: ["Enter"], what: "page.key.next_turn", act: () => nextTurn(focused) },
  { keys: ["Alt+N"], what: "page.key.next_to_hear", act: () => nextToHear(focused) },
  { keys: ["Alt+B"], what: "page.key.right", act: () => focused && right(focused) },
  { keys: ["Alt+S"], what: "page.key.speaker", act: () => focused && speaker(focused) },
  { keys: ["Alt+U"], what: "page.key.unclear", act: () => focused && unclear(focused) },
  { keys: ["Alt+A"], what: "page.key.alike", act: () => offered?.() },
  { keys: ["Alt+M"], what: "page.key.mix", act: mix },
  { keys: ["Ctrl+Z"], what: "page.key.undo", act: () => inOrder(() => undo(focused)) },
  { keys: ["Ctrl+Y"], what: "page.key.redo", act: () => inOrder(redo) },
  { keys: ["F1"], what: "page.key.help", act: () => choose(by("keys")) },
];

function pressed(/** @type {KeyboardEvent} */ event) {
  const key =
    event.code === "Space" ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey && key.length > 1 ? "Shift+" : ""}${key}`;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  const name = pressed(event);
  const entry = KEYS.find((one) => one.keys.includes(name));
  const inText = focused && document.activeElement === focused.text;
  if (!entry || (name === "Enter" && !inText)) return;
  // While something is typed that is not saved, the browser undoes it letter by letter.
  if (name === "Ctrl+Z" && inText && focused && isChanged(focused)) return;
  event.preventDefault();
  entry.act();
});

by("keys")
  .querySelector("tbody")
  .replaceChildren(
    ...KEYS.map((one) =>
      element("tr", {}, [
        element(
          "td",
          {},
          one.keys.flatMap((key, index) => [index ? " / " : "", element("kbd", {}, [key])]),
        ),
        element("td", {}, [t(one.what)]),
      ]),
    ),
  );

/** @type {Record<string, (one: Shown) => unknown>} */
const DOES = {
  right,
  skip: nextToHear,
  speaker,
  unclear,
  undo: (one) => inOrder(() => undo(one)),
  history: past,
  omit,
};
tools.addEventListener("mousedown", (/** @type {Event} */ event) => event.preventDefault());
tools.addEventListener("click", (/** @type {any} */ event) => {
  const act = DOES[event.target.closest("button")?.dataset.do];
  if (act && focused) act(focused);
});
by("play").addEventListener("click", toggle);
by("back").addEventListener("click", () => seek(-5));
by("forward").addEventListener("click", () => seek(5));
by("next").addEventListener("click", () => nextToHear(focused));
by("offer")
  .querySelector("button")
  .addEventListener("click", () => offered?.());
by("help").addEventListener("click", () => choose(by("keys")));
by("speed").addEventListener("change", () => speed(0));
by("source").addEventListener(
  "change",
  () => sound.src && play(focused, position() + Number(by("lead").value) * RATE, playing.until),
);
sound.addEventListener("play", () => requestAnimationFrame(follows));
sound.addEventListener("error", async () => {
  const told = await fetch(sound.src)
    .then((answer) => answer.json())
    .catch(() => ({}));
  say(t("page.edit.no_sound", { what: told.what || "" }));
});
sound.addEventListener("ended", () => {
  highlights?.delete("word");
  // The next passage, without a second before it.
  const reached = playing.from + PASSAGE;
  if (reached < Math.min(playing.until, people.length || 0))
    play(null, reached + Number(by("lead").value) * RATE, playing.until);
});

/** What is not saved goes out with the page, as far as the browser lets it. */
addEventListener("pagehide", () => {
  for (const one of shown) if (isChanged(one)) keepDraft(one);
  const one = focused;
  const name = document.body.dataset.account || localStorage.getItem("risalah-by");
  if (!one || !isChanged(one) || !name) return;
  const csrf = /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=csrf]")).content;
  fetch(`/api/v1${base}/turns/${one.turn.id}/text`, {
    method: "PUT",
    keepalive: true,
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify({ by: name, revision: one.turn.revision, text: one.text.textContent }),
  }).catch(() => {});
});

// ---- Beginning

function add(/** @type {any[]} */ turns) {
  const fresh = turns.filter((turn) => !named.has(turn.id)).map(make);
  shown.push(...fresh);
  list.append(...fresh.map((one) => one.node));
  return fresh;
}

/** Puts back what was typed before the page was closed. */
function drafts() {
  let count = 0;
  for (const one of shown) {
    const kept = localStorage.getItem(draftKey(one.turn.id));
    if (!kept) continue;
    const draft = JSON.parse(kept);
    if (draft.text === one.turn.text || one.turn.omitted) {
      localStorage.removeItem(draftKey(one.turn.id));
      continue;
    }
    one.text.textContent = draft.text;
    // On the revision that was seen then: a correction of somebody else since is shown beside it.
    one.turn = { ...one.turn, revision: draft.revision };
    one.lost = draft.sent || "";
    count += 1;
    save(one);
  }
  if (count) say(t("page.edit.kept"));
}

function toHash() {
  const time = /^#t=(\d+):(\d+):(\d+)$/.exec(location.hash);
  if (!time) return;
  const sample = ((Number(time[1]) * 60 + Number(time[2])) * 60 + Number(time[3])) * RATE;
  // What is said at that second; where nobody speaks, what is said next.
  const one =
    shown.find((one) => one.turn.start < sample + RATE && sample < one.turn.end) ||
    shown.find((one) => one.turn.start >= sample) ||
    shown[shown.length - 1];
  one?.text.focus();
  one?.node.scrollIntoView({ block: "center" });
}

let loading = false;
async function newer() {
  if (loading) return;
  loading = true;
  try {
    const told = await ask("GET", `${base}/turns?since=${lastEdit}`);
    told.turns.forEach(renew);
    lastEdit = Math.max(lastEdit, told.last_edit);
    if (told.total > shown.length) add((await ask("GET", `${base}/turns`)).turns);
    progress();
  } catch {
    // The line tells again when something changes.
  }
  loading = false;
}

async function begin() {
  try {
    const first = await ask("GET", `${base}/turns?limit=60`);
    add(first.turns);
    // For benches/console.rs.
    performance.mark("first-turns");
    progress();
    [people] = await Promise.all([ask("GET", base)]);
    for (let number = 1; number <= people.channels; number++) {
      const seat = people.microphones.find((/** @type {any} */ one) => one.channel === number);
      by("source").append(
        element("option", { value: String(number) }, [
          t("page.edit.microphone", { number }) + (seat?.name ? ` – ${seat.name}` : ""),
        ]),
      );
    }
    if (first.total > first.turns.length)
      add((await ask("GET", `${base}/turns?from=${first.turns.length}`)).turns);
    performance.mark("all-turns");
    lastEdit = first.last_edit;
    if (!shown.length) list.append(element("p", { class: "empty" }, [t("page.edit.none")]));
    list.setAttribute("aria-busy", "false");
    progress();
    drafts();
    toHash();
  } catch (error) {
    trouble(editor, error);
    list.setAttribute("aria-busy", "false");
  }
  let known = -1;
  follow(
    meeting,
    () => Number.MAX_SAFE_INTEGER,
    (told) => {
      if (told.kind !== "edited" || told.last_edit === known) return;
      known = told.last_edit;
      if (told.last_edit > lastEdit) newer();
    },
  );
}

addEventListener("hashchange", toHash);
begin();
