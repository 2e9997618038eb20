#!/usr/bin/env python3
"""Makes the pictures of docs/panduan from the real program: `make pictures`.

Screens come out of tmux and are drawn cell by cell; pages come out of the PDF. Needs
target/release/risalah, tmux, pdftoppm, soffice, the fonts of fonts-dejavu-core, and Pillow.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "target/release/risalah"
PICTURES = ROOT / "docs/panduan/gambar"
FONTS = Path("/usr/share/fonts/truetype/dejavu")
SOCKET = "risalah-gambar"

BACKGROUND, INK = (24, 26, 31), (220, 223, 228)
COLOURS = [(60, 63, 70), (224, 108, 117), (126, 190, 100), (220, 190, 110),
           (97, 160, 235), (198, 120, 221), (86, 182, 194), INK]


def environment(place):
    return {"PATH": f"{PROGRAM.parent}:/usr/bin:/bin", "HOME": str(place / "rumah"), "LANG": "C.UTF-8",
            "RISALAH_LANG": "id", "PS1": "$ ", "TERM": "screen-256color"}


def run(place, *command):
    """Runs the program in the folder; 3 means done with warnings."""
    done = subprocess.run([str(PROGRAM), *command], cwd=place, env=environment(place),
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"risalah {' '.join(command)}: {done.returncode}")


# ---- Screens ----

class Terminal:
    """A shell of its own in tmux, in which a person's keys are pressed."""

    def __init__(self, place, columns, rows):
        self.columns, self.rows = columns, rows
        inside = ["env", "-i", *(f"{key}={value}" for key, value in environment(place).items()), "dash"]
        self.tmux("new-session", "-d", "-s", "layar", "-x", str(columns), "-y", str(rows), "-c", str(place), *inside)
        self.wait(r"\$")

    @staticmethod
    def tmux(*arguments):
        return subprocess.run(["tmux", "-L", SOCKET, "-f", "/dev/null", *arguments],
                              check=True, capture_output=True, text=True).stdout

    def type(self, text, enter=True):
        self.tmux("send-keys", "-t", "layar", "-l", text)
        if enter:
            self.tmux("send-keys", "-t", "layar", "Enter")

    def text(self):
        return self.tmux("capture-pane", "-t", "layar", "-p")

    def wait(self, pattern, seconds=120):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text(), re.MULTILINE):
            if time.monotonic() > end:
                raise SystemExit(f"{pattern!r} did not appear:\n{self.text()}")
            time.sleep(0.1)

    def save(self, name):
        draw_screen(self.tmux("capture-pane", "-t", "layar", "-p", "-e"), self.columns, name)

    def close(self):
        self.tmux("kill-session", "-t", "layar")


def cells(line):
    """The characters of a line with their styles: (character, ink, background, bold, faint, slanted)."""
    ink, ground, bold, faint, slanted, inverse = INK, BACKGROUND, False, False, False, False
    for code, character in re.findall(r"\x1b\[([0-9;]*)m|(.)", line):
        if character:
            pair = (ground, ink) if inverse else (ink, ground)
            yield character, *pair, bold, faint, slanted
            continue
        numbers = [int(number or 0) for number in code.split(";")]
        while numbers:
            number = numbers.pop(0)
            if number == 0:
                ink, ground, bold, faint, slanted, inverse = INK, BACKGROUND, False, False, False, False
            elif number == 1:
                bold = True
            elif number == 2:
                faint = True
            elif number == 3:
                slanted = True
            elif number == 7:
                inverse = True
            elif number == 22:
                bold = faint = False
            elif number == 23:
                slanted = False
            elif number == 27:
                inverse = False
            elif 30 <= number <= 37:
                ink = COLOURS[number - 30]
            elif number in (38, 48):
                colour = COLOURS[numbers[1] % 8]
                numbers = numbers[2:]
                ink, ground = (colour, ground) if number == 38 else (ink, colour)
            elif number == 39:
                ink = INK
            elif 40 <= number <= 47:
                ground = COLOURS[number - 40]
            elif number == 49:
                ground = BACKGROUND


def draw_screen(text, columns, name):
    size = 13
    faces = {key: ImageFont.truetype(str(FONTS / f"DejaVuSansMono{suffix}.ttf"), size)
             for key, suffix in {(False, False): "", (True, False): "-Bold",
                                 (False, True): "-Oblique", (True, True): "-BoldOblique"}.items()}
    width, height, margin = 8, 17, 8
    lines = text.rstrip("\n").split("\n")
    while lines and not re.sub(r"\x1b\[[0-9;]*m", "", lines[-1]).strip():
        lines.pop()
    picture = Image.new("RGB", (columns * width + 2 * margin, len(lines) * height + 2 * margin), BACKGROUND)
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        for column, (character, ink, ground, bold, faint, slanted) in enumerate(cells(line)):
            x, y = margin + column * width, margin + row * height
            if ground != BACKGROUND:
                draw.rectangle((x, y, x + width - 1, y + height - 1), fill=ground)
            if faint:
                ink = tuple((a + b) // 2 for a, b in zip(ink, ground))
            draw.text((x, y), character, font=faces[bold, slanted], fill=ink)
    save(picture, name, 24)


# ---- Pages ----

def page(pdf, number, name, dots=60, crop=None):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-png", "-r", str(2 * dots), "-f", str(number), "-l", str(number), "-singlefile",
                        str(pdf), f"{folder}/p"], check=True)
        picture = Image.open(f"{folder}/p.png").convert("RGB")
    picture = picture.resize((picture.width // 2, picture.height // 2), Image.LANCZOS)
    if crop:
        left, top, right, bottom = crop
        picture = picture.crop((int(left * picture.width), int(top * picture.height),
                                int(right * picture.width), int(bottom * picture.height)))
    framed = Image.new("RGB", (picture.width + 2, picture.height + 2), (170, 170, 170))
    framed.paste(picture, (1, 1))
    save(framed, name, 16)


def pages_of(pdf):
    told = subprocess.run(["pdfinfo", str(pdf)], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"Pages:\s+(\d+)", told)[1])


def save(picture, name, colours):
    path = PICTURES / f"{name}.png"
    picture.quantize(colours, method=Image.MEDIANCUT, dither=Image.NONE).save(path, optimize=True)
    print(path.relative_to(ROOT), path.stat().st_size // 1024, "kB")


# ---- The pictures ----

def screens(place):
    terminal = Terminal(place, 100, 30)
    terminal.type("clear; cd sekretariat; risalah baru rapat-9/")
    answers = {"Jenis rapat": "", "Tanggal": "16 Maret 2027", "Masa persidangan": "II", "Rapat ke": "9",
               r"Acara \(kosong: cukup\): *$": "Laporan Panitia Khusus", r"Acara \(kosong: cukup\): *\n*\Z": ""}
    for question, answer in answers.items():
        terminal.wait(question)
        terminal.type(answer)
    terminal.wait("Aturan kuorum")
    terminal.save("baru")
    terminal.close()

    terminal = Terminal(place, 100, 30)
    terminal.type("clear; risalah cek hasil/")
    terminal.wait(r"Kuorum")
    terminal.save("cek")
    terminal.type("clear; risalah status hasil/")
    terminal.wait(r"lanjutkan selangkah|Lanjutkan selangkah")
    terminal.save("status")
    terminal.close()

    terminal = Terminal(place, 108, 30)
    terminal.type("clear; risalah rekam --source gladi/ --meeting gladi.toml -o latihan/ --mirror salinan/")
    # The words of the opening, then the first item with the preview of a turn.
    terminal.wait(r"dinyatakan dibuka|nyatakan dibuka", 180)
    terminal.type("b", enter=False)
    terminal.type("3", enter=False)
    terminal.wait(r"00:01:1\d", 180)
    terminal.save("rekam")
    terminal.type("d", enter=False)
    terminal.wait(r"^\$ *$")
    run(place, "record", "stop", "latihan/")
    terminal.close()


def working_copy(place):
    """The working copy as LibreOffice lays it out (its comments are not drawn without a window)."""
    run(place, "export", "hasil/", "--format", "kerja,lapsing,hadir")
    subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{place}/rumah/lo", "--convert-to", "pdf",
                    "--outdir", str(place), str(place / "hasil/risalah-kerja.docx")],
                   check=True, capture_output=True)
    page(place / "risalah-kerja.pdf", 3, "salinan-kerja", 70, (0, 0.15, 1, 0.8))


def main():
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rapat-") as folder:
        place = Path(folder)
        (place / "rumah").mkdir()
        shipped = ROOT / "fixtures/paripurna"
        description = (shipped / "rapat.toml").read_text().replace("tanggal = 2027-03-09", "tanggal = 2026-03-10")
        # A rehearsal enters its own events.
        (place / "gladi.toml").write_text(description.split("# Peristiwa dicatat")[0])
        shutil.copytree(ROOT / "fixtures/sekretariat", place / "sekretariat")
        shutil.copytree(shipped, place / "gladi", ignore=shutil.ignore_patterns("*.toml", "*.json", "*.rttm"))
        (place / "hasil").mkdir()
        (place / "hasil/rapat.toml").write_text(description)
        run(place, "demo", "-o", "hasil/")
        screens(place)
        working_copy(place)
        page(place / "hasil/risalah-sementara.pdf", 1, "risalah-sementara")
        page(place / "hasil/laporan-singkat.pdf", 1, "laporan-singkat")
        run(place, "heard", "hasil/", "00:00:00", "--until", "00:03:59", "--by", "Sari")
        for state, note in (("sementara", []), ("koreksi", []), ("verifikasi", ["--note", "semua sudah menanggapi"])):
            run(place, "advance", "hasil/", "--to", state, "--by", "Sari", *note)
        run(place, "finalize", "hasil/", "--signed-by", "Bambang Wirawan, S.H., M.H.", "--number",
            "170/12/DPRD/2026", "--waive", "latihan dengan model peraga")
        official = place / "hasil/risalah-resmi.pdf"
        page(official, pages_of(official), "risalah-resmi")
    total = sum(path.stat().st_size for path in PICTURES.glob("*.png"))
    print(f"{total // 1024} kB in all")
    if total > 400_000:
        raise SystemExit("the pictures must stay below 400 kB")


if __name__ == "__main__":
    try:
        main()
    finally:
        subprocess.run(["tmux", "-L", SOCKET, "kill-server"], check=False, capture_output=True)
