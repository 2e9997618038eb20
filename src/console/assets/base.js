// @ts-check
// What all pages share: words, requests, who corrects.

const WORDS = JSON.parse(document.body.dataset.words || "{}");
const CSRF = /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=csrf]"));
const NAME = "risalah-by";
const ACCOUNT = document.body.dataset.account || "";
const RIGHTS = (document.body.dataset.rights || "").split(" ");

/**
 * Whether whoever sits here has a right.
 * @param {string} right
 */
export function may(right) {
  return RIGHTS.includes(right);
}

/**
 * The text of a key, with values in its places.
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 */
export function t(key, values = {}) {
  return (WORDS[key] || key).replace(
    /%\{(\w+)\}/g,
    (/** @type {string} */ whole, /** @type {string} */ name) =>
      name in values ? String(values[name]) : whole,
  );
}

/**
 * The element of an id, which the page has.
 * @param {string} id
 */
export function by(id) {
  return /** @type {any} */ (document.getElementById(id));
}

/**
 * A new element.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} [children]
 */
export function element(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A refusal of the program, with its sentence. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {any} body
   */
  constructor(status, body) {
    super(body.what || String(status));
    this.status = status;
    this.body = body;
  }
}

/**
 * Asks the program. Without an answer, status 0; one that is `leaving` goes out although the page is closed.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {boolean} [leaving]
 * @returns {Promise<any>}
 */
export async function ask(method, path, body, leaving = false) {
  /** @type {Record<string, string>} */
  const headers = { "X-CSRF-Token": CSRF.content };
  const isFile = body instanceof Blob;
  if (body !== undefined)
    headers["Content-Type"] = isFile ? "application/octet-stream" : "application/json";
  let answer;
  try {
    answer = await fetch("/api/v1" + path, {
      method,
      headers,
      keepalive: leaving,
      body: body === undefined || isFile ? body : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, { what: t("page.offline") });
  }
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => ({}));
  if (told.code === "page.error.token") throw new Refused(401, { what: t("page.away") });
  if (told.code === "page.error.csrf" && ACCOUNT && (await renewed())) return ask(method, path, body, leaving);
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

/** Takes over what a new session of the same account needs, begun in another window. */
async function renewed() {
  const who = await fetch("/api/v1/session").then((answer) => (answer.ok ? answer.json() : null));
  if (!who || who.name !== ACCOUNT || who.csrf === CSRF.content) return false;
  CSRF.content = who.csrf;
  return true;
}

document.getElementById("sign-out")?.addEventListener("click", async () => {
  try {
    await ask("DELETE", "/session");
  } catch (error) {
    // Whoever is signed out already is where they wanted to be.
    if (/** @type {Refused} */ (error).status !== 401) return say(String(error));
  }
  location.assign("/sign-in");
});

let hiding = 0;

/**
 * Says something that needs no answer.
 * @param {string} text
 */
export function say(text) {
  const notice = by("notice");
  notice.textContent = text;
  clearTimeout(hiding);
  hiding = window.setTimeout(() => {
    notice.textContent = "";
  }, 6000);
}

/**
 * Opens a dialog and gives what its form was left with, "" where it was cancelled.
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<string>}
 */
export function choose(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }),
  );
}

/** Who corrects, as far as it is known without asking. */
export function known() {
  return ACCOUNT || localStorage.getItem(NAME) || "";
}

/**
 * Who corrects; asked for once on this computer.
 * @returns {Promise<string>} "" where it was not said
 */
export async function author() {
  if (known()) return known();
  const dialog = by("author");
  const chosen = await choose(dialog);
  const name = dialog.querySelector("input").value.trim();
  if (chosen !== "ok" || !name) {
    say(t("page.name_needed"));
    return "";
  }
  localStorage.setItem(NAME, name);
  return name;
}

/**
 * Shows what went wrong where a form has its place for it.
 * @param {ParentNode} form
 * @param {unknown} error
 */
export function trouble(form, error) {
  const place = /** @type {HTMLElement} */ (form.querySelector(".error"));
  place.textContent =
    error instanceof Refused
      ? [error.body.what, error.body.hint].filter(Boolean).join(" ")
      : String(error);
  place.hidden = false;
}

/**
 * Lines of a check, with their remedies.
 * @param {any[]} lines
 */
export function checks(lines) {
  return lines.map((line) => {
    const item = element("li", { "data-result": line.result }, [
      element("strong", {}, [t("page.result." + line.result)]),
      element("span", {}, [line.what]),
    ]);
    if (line.hint && line.result !== "ok") item.append(element("small", {}, [line.hint]));
    return item;
  });
}

/**
 * A line to what is live, as safe as the page itself.
 * @param {string} path
 */
export function socket(path) {
  return new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1${path}`);
}

/**
 * The same of a meeting, opened again whenever it is lost.
 * @param {string} meeting
 * @param {() => number} after
 * @param {(told: any) => void} heard
 */
export function follow(meeting, after, heard) {
  const open = () => {
    const line = socket(`/meetings/${encodeURIComponent(meeting)}/live?after=${after()}`);
    line.addEventListener("message", (event) => heard(JSON.parse(event.data)));
    line.addEventListener("close", () => {
      heard({ kind: "lost" });
      setTimeout(open, 1000);
    });
  };
  open();
}
