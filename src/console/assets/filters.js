// @ts-check
// A form whose fields stand in the address, so that a search can be kept and sent.

/**
 * What a form asks for; only what was filled in.
 * @param {any} form
 * @param {string[]} fields
 */
export function asked(form, fields) {
  const wanted = new URLSearchParams();
  for (const name of fields) {
    const value = form.elements[name].value.trim();
    if (value) wanted.set(name, value);
  }
  return wanted;
}

/**
 * Fills a form with what the address asks for.
 * @param {any} form
 * @param {string[]} fields
 */
export function fill(form, fields) {
  const wanted = new URLSearchParams(location.search);
  for (const name of fields) form.elements[name].value = wanted.get(name) || "";
}
