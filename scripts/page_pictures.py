"""The pictures of the page in docs/panduan/gambar, from the browser's tests: `make pictures`.

The tests keep what they see where RISALAH_SCREENSHOTS names a folder; five of these pictures are made small.
"""

import base64
import io
import os
import pathlib
import subprocess
import tempfile

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent
INTO = ROOT / "docs" / "panduan" / "gambar"
# What a test calls it, and what the guide calls it.
PICTURES = {
    "persiapan-kursi": "halaman-persiapan",
    "rekam-berjalan": "halaman-rekam",
    "sunting-antrean": "halaman",
    "cari-mirip": "halaman-cari",
    "pengesahan-resmi": "halaman-pengesahan",
}
# All of them together, in bytes.
LARGEST = 400_000


def main():
    with tempfile.TemporaryDirectory() as place:
        environment = os.environ | {"RISALAH_SCREENSHOTS": place}
        tests = ["cargo", "test", "--release", "--locked", "--test", "console", "--", "browser", "following"]
        subprocess.run(tests, cwd=ROOT, env=environment, check=True)
        total = 0
        for test, name in PICTURES.items():
            data = base64.b64decode((pathlib.Path(place) / f"{test}.png.base64").read_text())
            picture = Image.open(io.BytesIO(data)).convert("RGB")
            picture = picture.quantize(64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            path = INTO / f"{name}.png"
            picture.save(path, optimize=True)
            total += path.stat().st_size
    assert total < LARGEST, total


main()
