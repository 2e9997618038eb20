// @ts-check
// The search: words are looked up in files that lie beside the page.

/** @typedef {[string, string, string | null, string | null, string]} Meeting */
/**
 * @typedef {object} Index
 * @property {number} texts
 * @property {Meeting[]} meetings
 * @property {[string, string][]} words
 * @property {[string, string][]} stems
 */
/** @typedef {{ meeting: number, text: number }} Place */

/** Hits that are shown at a time. */
const HITS = 10;
/** Words of a query. */
const WORDS = 8;

/**
 * The element of an id, which the page has.
 * @param {string} id
 */
const by = (id) => /** @type {any} */ (document.getElementById(id));
const place = by("hasil");
const form = by("cari");
/** @type {Record<string, string>} */
const texts = JSON.parse(place.dataset.words);
const up = place.dataset.up;
const home = place.dataset.home;

/**
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 */
const t = (key, values = {}) =>
  texts[key].replace(/%\{(\w+)\}/g, (_, /** @type {string} */ name) => String(values[name]));

/** @type {Map<string, Promise<any>>} */
const fetched = new Map();

/**
 * A file of the index, once.
 * @param {string} name
 */
function load(name) {
  let known = fetched.get(name);
  if (!known) {
    known = fetch(`${up}cari/${name}`).then((answer) => {
      if (!answer.ok) throw new Error(`${answer.status} ${name}`);
      return answer.json();
    });
    fetched.set(name, known);
    known.catch(() => fetched.delete(name));
  }
  return known;
}

/** @returns {Promise<Index>} */
const index = () => load("indeks.json");

/**
 * `2.500.000` as `2500000`, as the index has it.
 * @param {string} text
 */
function number(text) {
  for (const [separator, decimal] of [".,", ",."]) {
    const at = text.indexOf(decimal);
    const whole = at < 0 ? text : text.slice(0, at);
    const groups = whole.split(separator);
    const enough = separator === "." ? 2 : 3;
    const isFirst = groups[0].length >= 1 && groups[0].length <= 3;
    if (isFirst && groups.length >= enough && groups.slice(1).every((group) => group.length === 3))
      return groups.join("") + (at < 0 ? "" : "," + text.slice(at + 1));
  }
  return text;
}

/**
 * The words of a text and where they stand.
 * @param {string} text
 */
function tokens(text) {
  const found = [];
  for (const match of text.matchAll(
    /\p{N}+(?:[.,]\p{N}+)*|[\p{L}\p{M}]+(?:['’‘ʼ`][\p{L}\p{M}]+)*/gu,
  )) {
    const from = match.index ?? 0;
    const plain = match[0].toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const isNumber = /^\p{N}/u.test(match[0]);
    const kept = Array.from(plain.replace(isNumber ? /[^\p{L}\p{N}.,]/gu : /[^\p{L}\p{N}]/gu, ""));
    const word = kept.slice(0, 64).join("");
    if (word) found.push({ from, to: from + match[0].length, word: isNumber ? number(word) : word });
  }
  return found;
}

/**
 * The file that has a word: the last that begins with it or before it.
 * @param {[string, string][]} table
 * @param {string} word
 */
function file(table, word) {
  let [low, high] = [0, table.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (table[middle][0] <= word) low = middle + 1;
    else high = middle;
  }
  return low ? `${table[low - 1][1]}.json` : "";
}

/** What a word may begin and end with beside its root. */
const BEGINNINGS = ["", "di", "ke", "se", "ber", "ter", "per", "meng", "peng", "meny", "peny", "mem", "pem", "men", "pen", "me", "pe"];
const ENDINGS = ["", "nya", "kan", "an", "i", "kah", "lah", "pun", "annya", "kannya"];

/**
 * Stems of the index that a word which no record has may come from: `dianggarkan` where only
 * `anggaran` was said. Only files that are fetched anyway for its beginnings are looked at.
 * @param {Index} known
 * @param {string} word
 */
async function guessed(known, word) {
  for (const begin of BEGINNINGS.filter((one) => word.startsWith(one))) {
    const rest = word.slice(begin.length);
    const roots = ENDINGS.filter((one) => rest.endsWith(one)).map((one) => rest.slice(0, rest.length - one.length));
    for (const root of roots.filter((one) => one.length > 2)) {
      const name = file(known.stems, root);
      if (name && Object.hasOwn(await load(name), root)) return [root];
    }
  }
  return [];
}

/**
 * The stems of a word; of one that no record has, those that it may come from, or those of the words
 * that begin with it.
 * @param {Index} known
 * @param {string} word
 */
async function stems(known, word) {
  const name = file(known.words, word);
  const words = name ? await load(name) : {};
  if (Object.hasOwn(words, word)) return words[word].split(" ");
  if (word.length < 3) return [];
  const like = await guessed(known, word);
  if (like.length) return like;
  const longer = Object.keys(words).filter((other) => other.startsWith(word));
  return [...new Set(longer.slice(0, 5).flatMap((other) => words[other].split(" ")))];
}

/**
 * The places of a stem, each as meeting × 2^21 + text.
 * @param {string} text
 */
function places(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  let at = 0;
  const next = () => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  };
  const found = [];
  let meeting = 0;
  while (at < bytes.length) {
    meeting += next();
    let text = 0;
    for (let count = next(); count > 0; count--) {
      text += next();
      found.push(meeting * 2 ** 21 + text);
      text++;
    }
    meeting++;
  }
  return found;
}

/**
 * What one word of a query finds.
 * @param {Index} known
 * @param {string} word
 */
async function found(known, word) {
  /** @type {Set<number>} */
  const all = new Set();
  /** @type {Set<string>} */
  const forms = new Set();
  for (const stem of await stems(known, word)) {
    const entry = (await load(file(known.stems, stem)))[stem];
    if (!entry) continue;
    for (const form of entry[0].split(" ")) forms.add(form);
    for (const one of places(entry[1])) all.add(one);
  }
  return { word, all, forms };
}

/**
 * A new element.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
function element(tag, attributes, children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * The sentence around the first word that was looked for, with marks.
 * @param {string} text
 * @param {Set<string>} forms
 */
function excerpt(text, forms) {
  const marks = tokens(text).filter((token) => forms.has(token.word));
  const middle = marks.length ? marks[0].from : 0;
  let from = Math.max(0, middle - 120);
  let to = Math.min(text.length, middle + 220);
  while (from > 0 && text[from - 1] !== " ") from--;
  while (to < text.length && text[to] !== " ") to++;
  /** @type {(Node | string)[]} */
  const parts = from > 0 ? ["… "] : [];
  let at = from;
  for (const mark of marks.filter((mark) => mark.from >= from && mark.to <= to)) {
    parts.push(text.slice(at, mark.from), element("mark", {}, [text.slice(mark.from, mark.to)]));
    at = mark.to;
  }
  parts.push(text.slice(at, to), to < text.length ? " …" : "");
  return parts;
}

/** @param {string | null} date */
const day = (date) =>
  date
    ? new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" }).format(new Date(date))
    : "–";

/**
 * A hit in its list.
 * @param {Index} known
 * @param {Place} hit
 * @param {Set<string>} forms
 */
async function line(known, hit, forms) {
  const [id, title, date, , hash] = known.meetings[hit.meeting];
  const name = `teks/${id}/${hash}-${Math.floor(hit.text / known.texts)}.json`;
  const [own, label, time, text] = (await load(name))[hit.text % known.texts];
  const folder = `${home}rapat/${id}/`;
  const isSpeech = own.startsWith("m");
  const link = own.startsWith("k") ? `${folder}${own}.html` : `${folder}index.html#${own}`;
  const what = isSpeech ? label : t(own.startsWith("k") ? "site.search.decision" : "site.search.agenda");
  return element("li", {}, [
    element("div", { class: "where" }, [`${day(date)} · `, element("span", { lang: "id" }, [title])]),
    element("a", { href: link }, [element("strong", isSpeech ? { lang: "id" } : {}, [what]), time ? ` ${time}` : ""]),
    element("div", { lang: "id" }, excerpt(text, forms)),
  ]);
}

/** Which search the answers are of. */
let current = 0;
/** @type {{ known: Index, hits: number[], forms: Set<string>, list: HTMLElement } | null} */
let shown = null;

/** Shows the next hits. */
async function more() {
  if (!shown) return;
  const mine = current;
  const { known, hits, forms, list } = shown;
  const wanted = hits.slice(list.children.length, list.children.length + HITS);
  const lines = await Promise.all(
    wanted.map((one) => line(known, { meeting: Math.floor(one / 2 ** 21), text: one % 2 ** 21 }, forms)),
  );
  if (mine !== current) return;
  list.append(...lines);
  by("lagi").hidden = list.children.length >= hits.length;
}

async function look() {
  const mine = ++current;
  const asked = new URLSearchParams(location.search);
  const query = [...new Set(tokens(asked.get("q") ?? "").map((token) => token.word))].slice(0, WORDS);
  const [kind, year] = [asked.get("jenis") ?? "", asked.get("tahun") ?? ""];
  shown = null;
  place.replaceChildren();
  by("lagi").hidden = true;
  by("jumlah").textContent = "";
  if (!query.length) return;
  by("jumlah").textContent = t("site.search.wait");
  try {
    const known = await index();
    const each = await Promise.all(query.map((word) => found(known, word)));
    if (mine !== current) return;
    const missing = each.filter((one) => !one.all.size).map((one) => one.word);
    const [first, ...others] = each.sort((a, b) => a.all.size - b.all.size);
    const fits = known.meetings.map(
      ([, , date, own]) => (!kind || own === kind) && (!year || (date ?? "").startsWith(year)),
    );
    const hits = [...first.all]
      .filter((one) => fits[Math.floor(one / 2 ** 21)] && others.every((other) => other.all.has(one)))
      .sort((a, b) => a - b);
    const meetings = new Set(hits.map((one) => Math.floor(one / 2 ** 21)));
    by("jumlah").textContent = missing.length
      ? t("site.search.unknown", { words: missing.join(", ") })
      : hits.length
        ? t("site.search.found", { count: hits.length, meetings: meetings.size })
        : t("site.search.none");
    const list = element("ol", {}, []);
    place.append(list);
    shown = { known, hits, forms: new Set(each.flatMap((one) => [...one.forms])), list };
    await more();
    place.dataset.done = String(mine);
  } catch (error) {
    if (mine === current) by("jumlah").textContent = t("site.search.failed", { detail: error });
  }
}

/** Shows in the form what the address asks for. */
function fill() {
  const asked = new URLSearchParams(location.search);
  for (const name of ["q", "jenis", "tahun"]) form.elements[name].value = asked.get(name) ?? "";
}

form.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const asked = new URLSearchParams();
  for (const name of ["q", "jenis", "tahun"])
    if (form.elements[name].value) asked.set(name, form.elements[name].value);
  history.pushState(null, "", `?${asked}`);
  look();
});
by("lagi").addEventListener("click", more);
addEventListener("popstate", () => {
  fill();
  look();
});
by("tanpa").hidden = true;
fill();
look();
