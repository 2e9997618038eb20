// @ts-check
// What others have changed meanwhile.

import { ask } from "./base.js";
import { progress } from "./editor-queue.js";
import { base, now, shown } from "./editor-record.js";
import { add, renew } from "./editor-turns.js";

let loading = false;

/** Takes over what was changed since the last correction that is shown. */
export async function newer() {
  if (loading) return;
  loading = true;
  try {
    const told = await ask("GET", `${base}/turns?since=${now.lastEdit}`);
    told.turns.forEach(renew);
    now.lastEdit = Math.max(now.lastEdit, told.last_edit);
    if (told.total > shown.length) add((await ask("GET", `${base}/turns`)).turns);
    progress();
  } catch {
    // The line tells again when something changes.
  }
  loading = false;
}
