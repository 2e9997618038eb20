// @ts-check
// Seats as a picture of the room: each can be chosen by keys, or a member is dragged to it.

import { by, element, t } from "./base.js";

const ARRANGED = "risalah-room:";

/**
 * How the seats of a meeting stand, as it was chosen on this computer: in half circles or in rows.
 * @param {string} meeting
 * @param {number} count
 */
export function arranged(meeting, count) {
  return localStorage.getItem(ARRANGED + meeting) || (count > 18 ? "rows" : "arc");
}

/**
 * Keeps how they stand.
 * @param {string} meeting
 * @param {string} how
 */
export function arrange(meeting, how) {
  localStorage.setItem(ARRANGED + meeting, how);
}

/**
 * Places of so many seats, as shares of the room's width and height.
 * @param {number} count
 * @param {string} arranged
 */
export function places(count, arranged) {
  if (arranged === "rows") {
    const wide = Math.min(6, Math.max(1, Math.ceil(Math.sqrt(count * 2))));
    const deep = Math.max(1, Math.ceil(count / wide));
    return Array.from({ length: count }, (_, index) => [
      ((index % wide) + 0.5) / wide,
      (Math.floor(index / wide) + 0.5) / deep,
    ]);
  }
  // The first three face the others; these sit in half circles, the outer ones wider.
  const front = Math.min(3, count);
  const made = Array.from({ length: front }, (_, index) => [0.5 + (index - (front - 1) / 2) * 0.2, 0.07]);
  let left = count - front;
  const rings = left > 18 ? 3 : left > 7 ? 2 : 1;
  for (let ring = 0; ring < rings; ring++) {
    const share = (ring + 2) / Array.from({ length: rings }, (_, one) => one + 2).reduce((a, b) => a + b, 0);
    const number = ring === rings - 1 ? left : Math.min(left, Math.round((count - front) * share));
    const radius = 0.42 - (rings - 1 - ring) * 0.17;
    for (let index = 0; index < number; index++) {
      const angle = Math.PI * (number === 1 ? 0.5 : 0.02 + (0.96 * index) / (number - 1));
      made.push([0.5 - Math.cos(angle) * radius, 0.24 + Math.sin(angle) * (radius / 0.42) * 0.68]);
    }
    left -= number;
  }
  return made;
}

/**
 * Shows the seats and who has none.
 * @param {{seats: any[], people: any[], arranged: string, placed: (number: number, change: any) => void}} of
 */
export function draw({ seats, people, arranged, placed }) {
  const focus = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.seat;
  const at = places(seats.length, arranged);
  const style = seats.length > 24 ? "small" : "";
  by("room").className = `room ${arranged} ${style}`;
  by("room").replaceChildren(...seats.map((seat, index) => one(seat, at[index], people, placed)));
  const sits = (/** @type {string} */ id) => seats.some((seat) => seat.orang === id);
  by("unseated").replaceChildren(
    ...people
      .filter((person) => !sits(person.id))
      .map((person) => {
        const item = element("li", { draggable: "true" }, [person.name]);
        item.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/plain", person.id));
        return item;
      }),
  );
  if (focus) /** @type {any} */ (by("room").querySelector(`[data-seat="${focus}"]`))?.focus();
}

/**
 * @param {any} seat
 * @param {number[]} at
 * @param {any[]} people
 * @param {(number: number, change: any) => void} placed
 */
function one(seat, at, people, placed) {
  const number = seat.kanal;
  const kind = seat.mimbar ? "*mimbar" : seat.bersama ? "*bersama" : seat.orang || "";
  const choices = [
    ["", t("page.edit.nobody")],
    ["*mimbar", t("page.prepare.lectern")],
    ["*bersama", t("page.prepare.shared")],
    ...people.map((person) => [person.id, person.name]),
  ];
  if (kind && !choices.some(([value]) => value === kind)) choices.push([kind, kind]);
  const select = /** @type {HTMLSelectElement} */ (
    element(
      "select",
      { "aria-label": t("page.prepare.seat", { number }), "data-seat": String(number) },
      choices.map(([value, name]) => element("option", { value }, [name])),
    )
  );
  select.value = kind;
  const change = (/** @type {string} */ value) =>
    placed(
      number,
      value === "*mimbar" ? { mimbar: true } : value === "*bersama" ? { bersama: true } : { orang: value || null },
    );
  select.addEventListener("change", () => change(select.value));
  const item = element("li", { class: kind ? "seat taken" : "seat", draggable: seat.orang ? "true" : "false" }, [
    element("span", { class: "number", "aria-hidden": "true" }, [String(number)]),
    select,
  ]);
  item.style.setProperty("--x", String(at[0]));
  item.style.setProperty("--y", String(at[1]));
  item.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/plain", seat.orang));
  item.addEventListener("dragover", (event) => event.preventDefault());
  item.addEventListener("drop", (event) => {
    event.preventDefault();
    const id = event.dataTransfer?.getData("text/plain");
    if (people.some((person) => person.id === id)) change(id || "");
  });
  return item;
}
