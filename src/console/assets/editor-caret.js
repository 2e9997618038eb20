// @ts-check
// The caret in a turn's text, by its letters.

export function caretIn(/** @type {HTMLElement} */ text) {
  const selection = getSelection();
  return selection?.rangeCount && text.contains(selection.anchorNode)
    ? selection.anchorOffset
    : null;
}

/**
 * Letters before the caret, also where the browser has split the text.
 * @param {HTMLElement} text
 */
export function lettersBefore(text) {
  const selection = getSelection();
  const before = new Range();
  before.selectNodeContents(text);
  if (selection?.anchorNode) before.setEnd(selection.anchorNode, selection.anchorOffset);
  return before.toString().length;
}

export function placeCaret(/** @type {HTMLElement} */ text, /** @type {number} */ at) {
  const node = text.firstChild;
  if (node) getSelection()?.collapse(node, Math.min(at, node.textContent?.length || 0));
}
