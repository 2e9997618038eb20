// @ts-check
// The list of meetings: closing the program.

import { ask, by, choose, element, say, t } from "./base.js";

document.getElementById("quit")?.addEventListener("click", async () => {
  if ((await choose(by("sure"))) !== "yes") return;
  try {
    await ask("POST", "/quit");
  } catch (error) {
    return say(String(/** @type {Error} */ (error).message));
  }
  by("content").replaceChildren(
    element("h1", {}, [t("page.quit.done")]),
    element("p", {}, [t("page.quit.again")]),
  );
});
