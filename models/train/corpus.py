"""Sentences of the training corpus, made from a seed.

Four kinds, mixed by `sentence`: council phrases from templates, loose sentences from the word lists (they teach the
small words and the order of speech), strings of random dictionary words with affixes, and open sentences, in which
such words stand where a speaker would put them, among the small words. Phrases alone teach reciting; random words
teach the sounds, and open sentences teach where one word ends and the next begins.
"""

import random
import re
from functools import lru_cache
from pathlib import Path

from lexicon import (ADJECTIVES, ADVERBS, CONNECTIVES, FIRST_NAMES, LAST_NAMES, MONTHS, NOUNS, OFFICES, PARTIES,
                     PREPOSITIONS, PRONOUNS, SMALL_WORDS, TOPICS, UNITS, VERBS_ACTIVE, VERBS_PASSIVE, WEEKDAYS)

DICTIONARY = Path("/usr/share/hunspell/id_ID.dic")  # Debian: hunspell-id


@lru_cache
def dictionary() -> tuple[str, ...]:
    """Plain words of the hunspell list: 2 to 12 letters, none of the letters that Indonesian only lends."""
    words = set()
    for line in DICTIONARY.read_text(encoding="latin-1").splitlines()[1:]:
        word = line.split("/")[0].strip()
        if re.fullmatch(r"[a-pr-wyz]{2,12}", word) and re.search(r"[aiueo]", word):
            words.add(word)
    return tuple(sorted(words))


def held_out(word: str) -> bool:
    """One word in twelve is never heard in training, so that the evaluation also meets new words."""
    return sum(word.encode()) % 12 == 5


@lru_cache
def words_of(split: str) -> tuple[str, ...]:
    if split == "train":
        return tuple(w for w in dictionary() if not held_out(w))
    return dictionary()


def number(n: int) -> str:
    """Cardinal in words: 2750 -> `dua ribu tujuh ratus lima puluh`."""
    if n < 10:
        return UNITS[n]
    if n == 10:
        return "sepuluh"
    if n == 11:
        return "sebelas"
    if n < 20:
        return f"{UNITS[n - 10]} belas"
    for size, name, one in ((10**9, "miliar", None), (10**6, "juta", None), (1000, "ribu", "seribu"),
                            (100, "ratus", "seratus"), (10, "puluh", None)):
        if n >= size:
            head = one if one and n // size == 1 else f"{number(n // size)} {name}"
            return head if n % size == 0 else f"{head} {number(n % size)}"
    raise ValueError(n)


def affixed(rng: random.Random, word: str) -> str:
    """The word, often with the affixes that Indonesian uses most; spelling follows the sound laws of meN- and peN-."""
    def nasal(prefix: str) -> str:
        first = word[0]
        if first in "aiueogh":
            return f"{prefix}ng{word}"
        if first == "k":
            return f"{prefix}ng{word[1:]}"
        if first in "bf":
            return f"{prefix}m{word}"
        if first == "p":
            return f"{prefix}m{word[1:]}"
        if first == "t":
            return f"{prefix}n{word[1:]}"
        if first == "s":
            return f"{prefix}ny{word[1:]}"
        if first in "djcz":
            return f"{prefix}n{word}"
        return f"{prefix}{word}"

    pattern = rng.random()
    if pattern < 0.42 or len(word) > 9:
        return word
    if pattern < 0.50:
        return word + rng.choice(["nya", "kah", "lah", "pun", "ku", "mu"])
    if pattern < 0.58:
        return nasal("me")
    if pattern < 0.64:
        return nasal("me") + rng.choice(["kan", "i"])
    if pattern < 0.72:
        return "di" + word + rng.choice(["", "kan", "i"])
    if pattern < 0.78:
        return rng.choice(["ber", "ter", "se"]) + word
    if pattern < 0.84:
        return nasal("pe") + rng.choice(["", "an"])
    if pattern < 0.90:
        return "ke" + word + "an"
    if pattern < 0.95:
        return word + "an"
    return f"{word}-{word}"


def name(rng: random.Random) -> str:
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


def amount(rng: random.Random) -> str:
    n = rng.choice([rng.randint(1, 20), rng.randint(10, 99), rng.randint(100, 999)])
    comma = f" koma {number(rng.randint(1, 9))}{rng.choice(['', ' lima'])}" if rng.random() < 0.4 else ""
    return f"{number(n)}{comma} {rng.choice(['ribu', 'juta', 'miliar', 'triliun'])} rupiah"


def date(rng: random.Random) -> str:
    return f"{rng.choice(WEEKDAYS)} tanggal {number(rng.randint(1, 31))} {rng.choice(MONTHS)} dua ribu dua puluh {number(rng.randint(1, 9))}"


def noun_phrase(rng: random.Random) -> str:
    parts = [rng.choice(NOUNS)]
    if rng.random() < 0.5:
        parts.append(rng.choice(NOUNS))
    if rng.random() < 0.35:
        parts.append(rng.choice(["yang " + rng.choice(ADJECTIVES), rng.choice(ADJECTIVES), "kita", "kami", "ini", "itu", "tersebut"]))
    return " ".join(parts)


def clause(rng: random.Random) -> str:
    subject = rng.choice(PRONOUNS) if rng.random() < 0.5 else noun_phrase(rng)
    adverb = f"{rng.choice(ADVERBS)} " if rng.random() < 0.5 else ""
    if rng.random() < 0.55:
        core = f"{subject} {adverb}{rng.choice(VERBS_ACTIVE)} {noun_phrase(rng)}"
    elif rng.random() < 0.7:
        core = f"{noun_phrase(rng)} {adverb}{rng.choice(VERBS_PASSIVE)}"
    else:
        core = f"{noun_phrase(rng)} {adverb}{rng.choice(ADJECTIVES)}"
    if rng.random() < 0.4:
        core += f" {rng.choice(PREPOSITIONS)} {noun_phrase(rng)}"
    return core


def loose_sentence(rng: random.Random) -> str:
    text = clause(rng)
    if rng.random() < 0.4:
        text += f" {rng.choice(CONNECTIVES)} {clause(rng)}"
    return finished(rng, text)


def random_words(rng: random.Random, split: str) -> str:
    count = rng.choice([1, 2, 3, 3, 4, 4, 5, 6, 7, 8])
    return finished(rng, " ".join(affixed(rng, rng.choice(words_of(split))) for _ in range(count)))


def open_sentence(rng: random.Random, split: str) -> str:
    """Runs of dictionary words joined by the small words: the shape of free speech without its vocabulary."""
    def run() -> list[str]:
        return [affixed(rng, rng.choice(words_of(split))) for _ in range(rng.choice([1, 1, 2, 2, 3]))]

    def link() -> str:
        kind = rng.choice([PREPOSITIONS, PREPOSITIONS, CONNECTIVES, ADVERBS, PRONOUNS, SMALL_WORDS, SMALL_WORDS])
        return rng.choice(kind)

    words = [link()] if rng.random() < 0.5 else []
    words += run()
    for _ in range(rng.choice([1, 1, 2, 2, 3, 4])):
        words += [link(), *(run() if rng.random() < 0.7 else [noun_phrase(rng)])]
    return finished(rng, " ".join(words))


def finished(rng: random.Random, text: str) -> str:
    return text[0].upper() + text[1:] + rng.choice("......?")


TEMPLATES = """Assalamualaikum warahmatullahi wabarakatuh.
Selamat {time} dan salam sejahtera bagi kita semua.
Yang terhormat {office} beserta jajaran.
Yang saya hormati para anggota dewan dan hadirin sekalian.
Terima kasih, Pimpinan.
Terima kasih kepada juru bicara Fraksi {party}.
Terima kasih, Bapak {name}.
Terima kasih, Ibu {name}.
Interupsi, Pimpinan.
Interupsi, Ketua. Mohon izin bicara.
Setuju.
Setuju!
Setuju, Pimpinan.
Tidak setuju.
Belum, Pimpinan.
Baik.
Baik, terima kasih.
Ya.
Ya, silakan.
Silakan, Bapak {name}.
Silakan kepada Fraksi {party}.
Saya persilakan juru bicara Fraksi {party} untuk menyampaikan pandangan umum.
Kami persilakan {office} untuk memberikan tanggapan.
Dengan mengucap bismillah rapat paripurna saya nyatakan dibuka dan terbuka untuk umum.
Dengan ini rapat {meeting} saya nyatakan dibuka.
Rapat saya skors selama {number} menit.
Skors saya cabut dan rapat dilanjutkan kembali.
Dengan demikian rapat {meeting} saya nyatakan ditutup.
Berdasarkan daftar hadir, rapat ini dihadiri oleh {number} dari {number} anggota dewan.
Sesuai dengan tata tertib, kuorum telah tercapai.
Sebelum rapat dimulai, marilah kita menyanyikan lagu Indonesia Raya.
Hadirin dimohon berdiri.
Acara rapat hari ini adalah {topic}.
Agenda kita yang ke{ordinal} adalah pembahasan {topic}.
Rapat hari ini, {date}, membahas rancangan peraturan daerah tentang {topic}.
Apakah rancangan peraturan daerah tentang {topic} dapat disetujui menjadi peraturan daerah?
Apakah usul dari Fraksi {party} dapat disetujui?
Apakah dapat disetujui?
Apakah masih ada yang ingin menyampaikan pendapat?
Mohon tenang, Saudara-saudara.
Mohon waktu {number} menit lagi.
Waktu Saudara sudah habis.
Fraksi {party} menyatakan setuju dengan catatan.
Fraksi {party} menerima dan menyetujui rancangan tersebut.
Fraksi {party} berpendapat bahwa {clause}.
Kami dari Fraksi {party} meminta agar {clause}.
Menurut kami {clause}.
Kami mengusulkan agar {clause}.
Kami mohon penjelasan mengenai {np}.
Kami mengapresiasi kerja {office}.
Anggaran yang dibutuhkan sebesar {amount}.
Anggaran {np} naik dari {amount} menjadi {amount}.
Pendapatan asli daerah ditargetkan sebesar {amount}.
Belanja daerah dianggarkan sebesar {amount}.
Realisasi anggaran baru mencapai {number} persen.
Di halaman {number} tertulis {amount}.
Pasal {number} ayat {number} perlu diperbaiki.
Pasal {number} berbunyi sebagai berikut.
Dari {number} opsi, panitia khusus memilih opsi ke{ordinal}.
Jumlah suara setuju {number}, tidak setuju {number}, abstain {number}.
Pemerintah kota telah {active} {np} di {number} kecamatan.
Hal ini perlu segera {passive} oleh {office}.
Warga mengeluhkan {np} yang belum {passive}.
Kami menunggu jawaban {office} paling lambat hari {weekday}.
Panitia khusus telah melakukan kunjungan kerja ke {number} kota.
Panitia khusus telah mengadakan {number} kali rapat.
Hasil pembahasan tersebut kami laporkan sebagai berikut.
Demikian laporan panitia khusus.
Demikian pandangan Fraksi {party}, terima kasih.
Demikian yang dapat kami sampaikan.
Wassalamualaikum warahmatullahi wabarakatuh.
Maaf, Pimpinan, suara kurang jelas.
Mohon diulangi, Pimpinan.
Izin, Pimpinan, saya ingin menambahkan.
Saya {name} dari Fraksi {party}.
Saya keberatan dengan usul tersebut.
Keputusan ini berlaku sejak tanggal ditetapkan.
Tahun anggaran dua ribu dua puluh {unit}.
Masa persidangan ke{ordinal} tahun dua ribu dua puluh {unit}.
Rapat ini terbuka untuk umum.
Rapat ini bersifat tertutup.
Sekretaris dewan dipersilakan membacakan surat masuk.
Surat dari wali kota nomor {number} tanggal {number} {month}.
Pada prinsipnya kami setuju, tetapi {clause}.
Kita lanjutkan ke acara berikutnya.
Mari kita dengarkan bersama.""".splitlines()


def council_phrase(rng: random.Random) -> str:
    text = rng.choice(TEMPLATES)
    slots = {
        "time": lambda: rng.choice(["pagi", "siang", "sore", "malam"]),
        "office": lambda: rng.choice(OFFICES),
        "party": lambda: rng.choice(PARTIES),
        "name": lambda: name(rng),
        "meeting": lambda: rng.choice(["paripurna", "komisi", "kerja", "panitia khusus", "badan anggaran", "dengar pendapat"]),
        "number": lambda: number(rng.choice([rng.randint(1, 20), rng.randint(1, 60), rng.randint(1, 999)])),
        "ordinal": lambda: number(rng.randint(2, 12)),
        "topic": lambda: rng.choice(TOPICS),
        "date": lambda: date(rng),
        "clause": lambda: clause(rng),
        "np": lambda: noun_phrase(rng),
        "amount": lambda: amount(rng),
        "active": lambda: rng.choice(VERBS_ACTIVE),
        "passive": lambda: rng.choice(VERBS_PASSIVE),
        "weekday": lambda: rng.choice(WEEKDAYS),
        "month": lambda: rng.choice(MONTHS),
        "unit": lambda: number(rng.randint(1, 9)),
    }
    return re.sub(r"\{(\w+)\}", lambda m: slots[m.group(1)](), text)


KINDS = ("council", "loose", "words", "open")


def sentence(rng: random.Random, kind: str, split: str = "train") -> str:
    """One sentence of a kind of `KINDS`; the evaluation split may also use held-out dictionary words."""
    if kind == "council":
        return council_phrase(rng)
    if kind == "loose":
        return loose_sentence(rng)
    if kind == "open":
        return open_sentence(rng, split)
    return random_words(rng, split)


if __name__ == "__main__":
    generator = random.Random(1)
    for which in KINDS:
        for _ in range(6):
            print(which, "|", sentence(generator, which))
