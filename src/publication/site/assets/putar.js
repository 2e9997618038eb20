// @ts-check
// The sound of the speeches: one at a time, with its captions below it. Without this script every
// speech still plays.

/**
 * The line that shows what is said.
 * @param {HTMLMediaElement} audio
 */
function captions(audio) {
  if (audio.querySelector("track")) return;
  const track = document.createElement("track");
  track.kind = "captions";
  track.srclang = "id";
  track.src = audio.currentSrc.replace(/\.\w+$/, ".vtt");
  const line = document.createElement("p");
  line.className = "caption";
  line.setAttribute("aria-hidden", "true");
  audio.append(track);
  audio.after(line);
  track.track.mode = "hidden";
  track.track.addEventListener("cuechange", () => {
    const cues = Array.from(track.track.activeCues ?? []);
    line.textContent = cues.map((cue) => /** @type {VTTCue} */ (cue).getCueAsHTML().textContent).join(" ");
  });
}

document.addEventListener(
  "play",
  (event) => {
    const audio = /** @type {HTMLMediaElement} */ (event.target);
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    captions(audio);
  },
  true,
);
