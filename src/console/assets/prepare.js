// @ts-check
// A meeting's description as a form.

import { ask, by, choose, element, Refused, say, t, trouble } from "./base.js";
import { arrange, arranged, draw } from "./room.js";

const page = by("prepare");
const meeting = page.dataset.meeting;
const base = `/meetings/${encodeURIComponent(meeting)}`;
const form = by("description");
const LARGEST = 16 << 20;
const EVENTS = [
  "buka",
  "skors",
  "cabut_skors",
  "tertutup",
  "terbuka",
  "tutup",
  "ketuk_palu",
  "setuju",
  "interupsi",
  "acara",
  "lagu",
  "catatan",
];
/** The key that holds what an event is about. */
const ABOUT = /** @type {Record<string, string>} */ ({
  ketuk_palu: "kali",
  setuju: "keputusan",
  interupsi: "kanal",
  acara: "butir",
  lagu: "isi",
  catatan: "isi",
});
const STATES = ["hadir", "daring", "izin", "tanpa keterangan"];
/**
 * What came from the program last.
 * @type {any}
 */
let told = null;
/**
 * The same as it is being changed; the rows and seats of the page are kept here.
 * @type {any}
 */
let now = null;
let changed = false;

const people = () => {
  const own = now.orang.filter((/** @type {any} */ one) => one.nama);
  const others = told.people.filter(
    (/** @type {any} */ one) => !now.orang.some((/** @type {any} */ own) => own.id === one.id),
  );
  const gone = (/** @type {any} */ one) =>
    told.description.orang.some((/** @type {any} */ was) => was.id === one.id);
  return [
    ...others.filter((/** @type {any} */ one) => !gone(one)),
    ...own.map((/** @type {any} */ one) => ({
      id: one.id,
      name: one.nama,
      group: one.fraksi || told.people.find((/** @type {any} */ known) => known.id === one.id)?.group,
    })),
  ];
};

function mark() {
  changed = true;
  by("saved").textContent = t("page.unsaved");
}

// ---- single fields

/** @param {any} field */
const named = (field) => field.name.split(".");

function fill() {
  for (const field of form.elements) {
    const [section, key, none] = named(field);
    if (!key) continue;
    const value = now[section]?.[key];
    if (none) field.checked = Array.isArray(value) && value.length === 0;
    else if (field.multiple) continue;
    else if (Array.isArray(value)) field.value = value.join("\n");
    else field.value = plain(field, value);
    const usual = told.usual[key];
    if (usual && !field.options)
      field.placeholder = t("page.prepare.usual", {
        value: Array.isArray(usual) ? usual.join(" / ") : usual,
      });
  }
}

/**
 * A word as the list of choices has it.
 * @param {any} field
 * @param {any} value
 */
function plain(field, value) {
  const text = value === null || value === undefined ? "" : String(value);
  if (!field.options) return text;
  const even = (/** @type {string} */ word) => word.trim().toLowerCase().replace(/[ -]/g, "_");
  const option = [...field.options].find((one) => even(one.value) === even(text));
  if (!option && text) field.append(element("option", { value: text }, [text]));
  return option ? option.value : text;
}

function choices() {
  const all = people();
  for (const field of form.querySelectorAll("select[data-people]")) {
    const [section, key] = named(field);
    const value = now[section][key];
    const chosen = Array.isArray(value) ? value : [value];
    const usual = told.usual[key];
    const options = all.map((/** @type {any} */ one) => option(one.id, one.name, chosen));
    for (const id of chosen)
      if (id && !all.some((/** @type {any} */ one) => one.id === id))
        options.push(option(id, id, chosen));
    if (!field.multiple)
      options.unshift(
        option("", usual ? t("page.prepare.usual", { value: usual }) : "–", chosen),
      );
    field.replaceChildren(...options);
  }
  by("groups").replaceChildren(
    ...[...new Set([...told.groups, ...now.fraksi.map((/** @type {any} */ one) => one.kode)])].map(
      (code) => element("option", { value: code }),
    ),
  );
}

/**
 * @param {string} id
 * @param {string} name
 * @param {any[]} chosen
 */
function option(id, name, chosen) {
  const made = /** @type {HTMLOptionElement} */ (element("option", { value: id }, [name]));
  made.selected = chosen.includes(id);
  return made;
}

/**
 * Takes what a single field holds.
 * @param {any} field
 */
function take(field) {
  const [section, key, none] = named(field);
  if (!key) return;
  const text = field.value?.trim() || null;
  if (none) now[section][key] = field.checked ? [] : null;
  else if (field.multiple) {
    const chosen = [...field.selectedOptions].map((one) => one.value);
    now[section][key] = chosen.length ? chosen : null;
    form.elements[`${field.name}.none`].checked = false;
  } else if (field.tagName === "TEXTAREA")
    now[section][key] = field.value
      .split("\n")
      .map((/** @type {string} */ line) => line.trim())
      .filter(Boolean);
  else if (field.type === "number") now[section][key] = text === null ? null : Number(text);
  else now[section][key] = text;
  if (none && field.checked)
    for (const one of form.elements[`${section}.${key}`].options) one.selected = false;
}

form.addEventListener("input", (/** @type {any} */ event) => {
  if (event.target.name || event.target.dataset.key) mark();
  if (event.target.name) take(event.target);
});

// ---- lists

/**
 * A field of a row.
 * @param {any} row
 * @param {string} key
 * @param {string} label
 * @param {Record<string, string>} [more]
 */
function cell(row, key, label, more = {}) {
  const field = /** @type {HTMLInputElement} */ (
    element("input", { "aria-label": label, "data-key": key, ...more })
  );
  field.value = row[key] ?? "";
  field.addEventListener("input", () => {
    const text = field.value.trim();
    row[key] = text === "" ? null : more.type === "number" ? Number(text) : text;
  });
  return element("td", {}, [field]);
}

/**
 * @param {string} list
 * @param {any} row
 * @param {string} name
 */
function away(list, row, name) {
  const button = element(
    "button",
    { type: "button", "aria-label": t("page.prepare.remove_named", { name }) },
    [t("page.prepare.remove")],
  );
  button.addEventListener("click", () => {
    now[list] = now[list].filter((/** @type {any} */ one) => one !== row);
    mark();
    rows(list);
    form.querySelector(`[data-add="${list}"]`).focus();
    if (list === "orang") {
      choices();
      seats();
    }
  });
  return element("td", {}, [button]);
}

/** @type {Record<string, (row: any, number: number) => Node[]>} */
const ROW = {
  orang(row, number) {
    const of = (/** @type {string} */ key) => `${t(key)} ${number}`;
    const name = cell(row, "nama", of("page.author.name"), { maxlength: "300" });
    name.querySelector("input")?.addEventListener("change", () => {
      if (!row.id && row.nama) row.id = short(row.nama);
      choices();
      seats();
    });
    return [
      name,
      cell(row, "fraksi", of("page.prepare.group"), { list: "groups", maxlength: "60" }),
      cell(row, "jabatan", of("page.prepare.office"), { maxlength: "200" }),
      cell(row, "sebutan", of("page.prepare.called"), { maxlength: "200" }),
      cell(row, "instansi", of("page.prepare.from"), { maxlength: "200" }),
      away("orang", row, row.nama || String(number)),
    ];
  },
  fraksi(row, number) {
    const of = (/** @type {string} */ key) => `${t(key)} ${number}`;
    return [
      cell(row, "kode", of("page.prepare.code"), { maxlength: "60" }),
      cell(row, "nama", of("page.author.name"), { maxlength: "200" }),
      cell(row, "anggota", of("page.prepare.members"), { type: "number", min: "0" }),
      away("fraksi", row, row.kode || String(number)),
    ];
  },
  peristiwa(row, number) {
    const of = (/** @type {string} */ key) => `${t(key)} ${number}`;
    const kind = /** @type {HTMLSelectElement} */ (
      element(
        "select",
        { "aria-label": of("page.prepare.what"), "data-key": "jenis" },
        EVENTS.map((one) => element("option", { value: one }, [t("page.event." + one)])),
      )
    );
    kind.value = plain(kind, row.jenis);
    const about = element("td");
    const detail = () => {
      const key = ABOUT[kind.value];
      for (const other of Object.values(ABOUT)) if (other !== key) row[other] = null;
      row.jenis = kind.value;
      const number = ["kali", "kanal", "butir"].includes(key);
      about.replaceChildren(
        ...(key
          ? cell(row, key, of("page.prepare.detail"), number ? { type: "number", min: "1" } : { maxlength: "1000" })
              .childNodes
          : []),
      );
    };
    kind.addEventListener("change", detail);
    detail();
    // By the clock where it was written so, else within the recording.
    return [
      cell(row, row.pukul ? "pukul" : "pada", of("page.prepare.time"), {
        placeholder: row.pukul ? "10.05" : "00:00:00",
        maxlength: "20",
      }),
      element("td", {}, [kind]),
      about,
      away("peristiwa", row, String(number)),
    ];
  },
  keputusan(row, number) {
    const of = (/** @type {string} */ key) => `${t(key)} ${number}`;
    return [
      cell(row, "pada", of("page.prepare.time"), { placeholder: "00:00:00", maxlength: "20" }),
      cell(row, "isi", of("page.prepare.text"), { maxlength: "2000" }),
      away("keputusan", row, String(number)),
    ];
  },
};

/**
 * Shows the rows of a list anew.
 * @param {string} list
 */
function rows(list) {
  by(list)
    .querySelector("tbody")
    .replaceChildren(
      ...now[list].map((/** @type {any} */ row, /** @type {number} */ index) =>
        element("tr", {}, ROW[list](row, index + 1)),
      ),
    );
}

for (const button of form.querySelectorAll("[data-add]")) {
  button.addEventListener("click", () => {
    const list = button.dataset.add;
    now[list].push(list === "peristiwa" ? { jenis: "catatan" } : {});
    mark();
    rows(list);
    by(list).querySelector("tbody tr:last-child input").focus();
  });
}

/**
 * A short name that nobody has.
 * @param {string} name
 */
function short(name) {
  const words = name
    .split(",")[0]
    .split(/\s+/)
    .filter((word) => !word.endsWith("."));
  const first = (words[0] || "orang").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "") || "orang";
  const taken = (/** @type {string} */ id) =>
    people().some((/** @type {any} */ one) => one.id === id) ||
    now.orang.some((/** @type {any} */ one) => one.id === id);
  let id = first;
  for (let number = 2; taken(id); number++) id = `${first}-${number}`;
  return id;
}

// ---- seats

function seats() {
  const usual = told.seats.map((/** @type {any} */ seat) => ({
    kanal: seat.channel,
    orang: seat.person,
    mimbar: seat.lectern,
  }));
  const count = Number(by("microphones").value) || 0;
  const of = (/** @type {number} */ number) =>
    now.kursi.find((/** @type {any} */ one) => one.kanal === number) ||
    usual.find((/** @type {any} */ one) => one.kanal === number) || { kanal: number };
  draw({
    seats: Array.from({ length: count }, (_, index) => of(index + 1)),
    people: people(),
    arranged: by("arranged").value,
    placed(number, change) {
      let own = now.kursi.find((/** @type {any} */ one) => one.kanal === number);
      if (!own) now.kursi.push((own = { kanal: number }));
      Object.assign(own, { orang: null, mimbar: null, bersama: null }, change);
      // Nobody sits at two seats.
      if (change.orang)
        for (const other of [...now.kursi, ...usual])
          if (other.kanal !== number && other.orang === change.orang && of(other.kanal) === other) {
            const away = now.kursi.find((/** @type {any} */ one) => one.kanal === other.kanal);
            if (away) away.orang = null;
            else now.kursi.push({ kanal: other.kanal });
          }
      mark();
      seats();
    },
  });
}

by("microphones").addEventListener("change", seats);
by("arranged").addEventListener("change", () => {
  arrange(meeting, by("arranged").value);
  seats();
});

// ---- attendance

function ticks() {
  const members = people().filter((/** @type {any} */ one) => one.group);
  const known = new Map(told.members.map((/** @type {any} */ one) => [one.nama, one]));
  const listed = members.map((/** @type {any} */ one) => ({
    nama: one.name,
    fraksi: one.group,
    kehadiran: known.get(one.name)?.kehadiran || "hadir",
  }));
  for (const one of told.members)
    if (!members.some((/** @type {any} */ other) => other.name === one.nama)) listed.push(one);
  by("ticks").hidden = listed.length === 0;
  by("ticks")
    .querySelector("tbody")
    .replaceChildren(
      ...listed.map((/** @type {any} */ one, /** @type {number} */ index) =>
        element("tr", {}, [
          element("th", { scope: "row" }, [one.nama]),
          element("td", {}, [one.fraksi]),
          ...STATES.map((state) => {
            const radio = /** @type {HTMLInputElement} */ (
              element("input", {
                type: "radio",
                name: `m${index}`,
                value: state,
                "aria-label": `${one.nama}: ${t("page.attendance." + state.split(" ")[0])}`,
              })
            );
            radio.checked = one.kehadiran === state;
            radio.addEventListener("change", () => (one.kehadiran = state));
            return element("td", {}, [radio]);
          }),
        ]),
      ),
    );
  by("ticks").onsubmit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    await attendance(() =>
      ask("PUT", base + "/attendance", { revision: told.revision, members: listed }),
    );
  };
}

/**
 * What changes the files while the form may hold what is not saved.
 * @param {() => Promise<any>} work
 */
async function attendance(work) {
  if (changed && !(await save())) return;
  try {
    show(await work());
    say(t("page.saved"));
  } catch (error) {
    trouble(page, error);
    by("trouble").scrollIntoView({ block: "center" });
  }
}

by("upload").addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const file = by("upload").elements.file.files[0];
  if (file.size > LARGEST)
    return trouble(page, new Refused(413, { what: t("page.prepare.too_large") }));
  await attendance(() =>
    ask(
      "PUT",
      `${base}/attendance/list?name=${encodeURIComponent(file.name)}&revision=${told.revision}`,
      file,
    ),
  );
  by("upload").reset();
});

// ---- findings

function findings() {
  const list = told.problem ? [{ ...told.problem, field: "" }, ...told.findings] : told.findings;
  by("findings").replaceChildren(
    ...list.map((/** @type {any} */ one) => {
      const place = one.field ? element("a", { href: "#" + one.field }, [one.what]) : one.what;
      const item = element("li", { "data-need": one.need || "" }, [place]);
      if (one.need) item.prepend(element("span", { class: "need" }, [t("page.need." + one.need)]), " ");
      if (one.hint && !one.field) item.append(element("small", {}, [one.hint]));
      return item;
    }),
  );
  by("no-findings").hidden = list.length > 0;
}

/**
 * The place of the page that mends a key.
 * @param {string} field
 * @returns {any}
 */
function target(field) {
  const own = form.elements[field];
  if (own) return own;
  const [section] = field.split(".");
  const part = { hadir: "daftar", daftar: "daftar", kuorum: "hadir" }[section] || section;
  return document.getElementById("f-" + part);
}

/** Goes to the field that the address names. */
function go() {
  const place = location.hash && target(decodeURIComponent(location.hash.slice(1)));
  if (!place) return;
  place.scrollIntoView({ block: "center" });
  (place.matches("input, select, textarea")
    ? place
    : place.querySelector("input, select, textarea, button")
  )?.focus({ preventScroll: true });
}
// A link to where one is already leads there again.
by("findings").addEventListener("click", () => setTimeout(go));
window.addEventListener("hashchange", go);

// ---- whole

function show(/** @type {any} */ described) {
  told = described;
  now = structuredClone(told.description);
  changed = false;
  by("trouble").hidden = true;
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  fill();
  for (const list of Object.keys(ROW)) rows(list);
  choices();
  const most = Math.max(
    0,
    ...now.kursi.map((/** @type {any} */ one) => one.kanal),
    ...told.seats.map((/** @type {any} */ one) => one.channel),
  );
  by("microphones").value = String(most || 8);
  by("arranged").value = arranged(meeting, most);
  seats();
  ticks();
  by("attendance").textContent = told.attendance || "";
  findings();
  page.setAttribute("aria-busy", "false");
}

/** The rows that somebody has filled in. */
function whole() {
  const description = structuredClone(now);
  description.orang = description.orang.filter((/** @type {any} */ one) => one.id);
  description.fraksi = description.fraksi.filter((/** @type {any} */ one) => one.kode);
  description.keputusan = description.keputusan.filter((/** @type {any} */ one) => one.isi || one.pada);
  const was = told.description.kursi;
  // A seat of which nothing is known is written only where the file has it already.
  description.kursi = description.kursi.filter(
    (/** @type {any} */ one) =>
      one.orang ||
      one.mimbar ||
      one.bersama ||
      was.some((/** @type {any} */ old) => old.kanal === one.kanal) ||
      told.seats.some((/** @type {any} */ old) => old.channel === one.kanal),
  );
  return description;
}

/** @returns {Promise<boolean>} */
async function save() {
  by("saved").textContent = t("page.saving");
  const description = whole();
  try {
    show(await ask("PUT", base + "/description", { revision: told.revision, description }));
    by("saved").textContent = t("page.saved");
    return true;
  } catch (error) {
    by("saved").textContent = t("page.unsaved");
    const body = /** @type {any} */ (error).body;
    if (/** @type {any} */ (error).status === 409) return conflict(description);
    trouble(page, error);
    by("trouble").scrollIntoView({ block: "center" });
    if (body?.field) invalid(body.field);
    return false;
  }
}

/**
 * Shows the field that must be mended.
 * @param {string} field
 */
function invalid(field) {
  const key = field.split(".").pop();
  const own = [...form.elements].find(
    (one) => one.name === field || one.name?.endsWith("." + key) || one.dataset?.key === key,
  );
  if (!own) return;
  own.setAttribute("aria-invalid", "true");
  own.focus();
}

/**
 * Somebody else was faster: what both have changed is shown.
 * @param {any} mine
 * @returns {Promise<boolean>}
 */
async function conflict(mine) {
  const before = told.description;
  const theirs = await ask("GET", base + "/description");
  const merged = structuredClone(theirs.description);
  const differs = [];
  const same = (/** @type {any} */ a, /** @type {any} */ b) => JSON.stringify(a) === JSON.stringify(b);
  for (const [section, value] of Object.entries(mine)) {
    const keys = Array.isArray(value) ? [null] : Object.keys(value);
    for (const key of keys) {
      const of = (/** @type {any} */ from) => (key ? from[section][key] : from[section]);
      if (same(of(mine), of(before))) continue;
      if (key) merged[section][key] = value[key];
      else merged[section] = value;
      if (same(of(theirs.description), of(before)) || same(of(theirs.description), of(mine))) continue;
      const text = (/** @type {any} */ one) =>
        one === null ? "–" : typeof one === "object" ? JSON.stringify(one) : String(one);
      differs.push(
        element("li", {}, [
          element("code", {}, [key ? `${section}.${key}` : section]),
          ` ${t("page.edit.theirs")}: ${text(of(theirs.description))} · ${t("page.edit.yours")}: ${text(of(mine))}`,
        ]),
      );
    }
  }
  by("differs").replaceChildren(...differs);
  by("differs").previousElementSibling.hidden = differs.length === 0;
  const chosen = await choose(by("conflict"));
  if (!chosen) return false;
  show(theirs);
  if (chosen === "theirs") return false;
  now = merged;
  fill();
  for (const list of Object.keys(ROW)) rows(list);
  choices();
  seats();
  mark();
  return save();
}

form.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  save();
});
window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});

try {
  show(await ask("GET", base + "/description"));
  go();
} catch (error) {
  trouble(page, error);
  form.hidden = true;
  by("save").hidden = true;
  by("f-daftar").hidden = true;
  page.setAttribute("aria-busy", "false");
}
