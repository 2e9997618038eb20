"""The few hundred of Whisper's 51,865 tokens that this model speaks, and the one way a sentence is cut into them.

A small model cannot learn rare tokens from synthetic speech, so text is cut into short, frequent ones (about a
syllable each). The cut with the fewest tokens wins; among equals, the one with the longer first token. whisper.cpp
never sees this choice: any token sequence that spells the text is valid output.
"""

import base64
import importlib.util
import json
import random
from collections import Counter
from functools import lru_cache
from pathlib import Path

import corpus

FILE = Path(__file__).with_name("tokens.json")
EOT, SOT, INDONESIAN, TRANSCRIBE, NO_TIMESTAMPS, FIRST_TIMESTAMP = 50257, 50258, 50275, 50359, 50363, 50364
NO_SPEECH = 50362
SIZE = 51865
LONGEST = 6
LETTERS = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,?!-"


def whisper_asset(name: str) -> Path:
    """A data file of the package `openai-whisper`, found without importing it (the import needs numba)."""
    spec = importlib.util.find_spec("whisper")
    return Path(spec.submodule_search_locations[0]) / "assets" / name


def whisper_tokens() -> list[bytes]:
    """The text tokens of the multilingual vocabulary, by identifier."""
    lines = whisper_asset("multilingual.tiktoken").read_text().splitlines()
    ranked = sorted((int(rank), base64.b64decode(token)) for token, rank in (line.split() for line in lines if line))
    return [token for _, token in ranked]


def cut(text: str, tokens: dict[str, int]) -> list[str]:
    """`text` (with its leading space) in the fewest tokens."""
    best = [(0, 0)] * (len(text) + 1)
    for start in range(len(text) - 1, -1, -1):
        options = [(best[start + n][0] + 1, -n) for n in range(1, min(LONGEST, len(text) - start) + 1)
                   if text[start:start + n] in tokens]
        if not options:
            raise ValueError(f"no token spells {text[start]!r} in {text!r}")
        best[start] = min(options)
    pieces, start = [], 0
    while start < len(text):
        length = -best[start][1]
        pieces.append(text[start:start + length])
        start += length
    return pieces


def build(size: int = 1100, sentences: int = 30_000) -> None:
    candidates = {}
    for identifier, token in enumerate(whisper_tokens()):
        spelled = token.decode("utf-8", "replace")
        if len(spelled) <= LONGEST and all(c in LETTERS for c in spelled) and " " not in spelled[1:]:
            candidates[spelled] = identifier
    rng = random.Random(7)
    texts = [" " + corpus.sentence(rng, rng.choices(corpus.KINDS, (0.3, 0.2, 0.5, 0))[0]) for _ in range(sentences)]
    chosen = candidates
    for wanted in (6000, 3000, 2000, 1500, size):
        counts = Counter(piece for text in texts for piece in cut(text, chosen))
        kept = {piece for piece, _ in counts.most_common(wanted)} | set(LETTERS)
        chosen = {piece: identifier for piece, identifier in candidates.items() if piece in kept}
    FILE.write_text(json.dumps(chosen, ensure_ascii=False, indent=0) + "\n")
    letters = sum(map(len, texts))
    print(f"{len(chosen)} tokens, {letters / sum(len(cut(t, chosen)) for t in texts):.2f} characters each")


@lru_cache
def tokens() -> dict[str, int]:
    return json.loads(FILE.read_text())


@lru_cache
def used() -> list[int]:
    """Every identifier the model can emit: text, control and time stamps, ascending."""
    return sorted(set(tokens().values()) | {EOT, SOT, INDONESIAN, TRANSCRIBE, NO_TIMESTAMPS, NO_SPEECH}
                  | set(range(FIRST_TIMESTAMP, FIRST_TIMESTAMP + 1501)))


if __name__ == "__main__":
    build()
