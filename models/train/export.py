"""Writes a checkpoint as the ggml file that whisper.cpp reads, matrices in Q8_0 (or F16), and packs it with zstd; reads
such a file back, so that training can go on from a model that was shipped.

Layout: magic, eleven numbers, mel filters, vocabulary, then each tensor as (dimensions, name length, type, extents
from the innermost, name, data). All numbers are little-endian.
"""

import argparse
import hashlib
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import torch

import vocabulary
from model import MELS, TEXT_CONTEXT, WINDOW, Size

MAGIC = 0x67676D6C
F32, F16, Q8_0 = 0, 1, 8
FTYPE = {"f16": 1, "q8_0": 2007}  # whisper.cpp: 7 is "mostly Q8_0", 2000 marks the quantisation format's version 2
BLOCK = 32
CARD = """\
# The model inside the program: models/risalah-demo.bin.zst unpacked. How it was made and what it can do: models/README.md.
name = "risalah-demo"
bytes = {bytes}
sha256 = "{sha256}"

[properties]
cut_audio_ctx = true
synthetic = true
alignment = "letters"
"""
SILENCED = -30.0  # score of every token outside the used vocabulary


def q8_0(matrix: np.ndarray) -> bytes:
    """Blocks of 32 values: one half-precision scale, then signed bytes."""
    blocks = matrix.astype(np.float32).reshape(-1, BLOCK)
    scale = np.abs(blocks).max(axis=1, keepdims=True) / 127
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    packed = np.zeros(len(blocks), dtype=[("d", "<f2"), ("q", "i1", BLOCK)])
    packed["d"] = scale[:, 0]
    packed["q"] = np.round(blocks * inverse)
    return packed.tobytes()


def full_vocabulary(rows: np.ndarray) -> np.ndarray:
    """The trained rows at their places in Whisper's vocabulary; the others are silent (see `Decoder.output`)."""
    table = np.zeros((vocabulary.SIZE, rows.shape[1]), np.float32)
    table[:, 0] = SILENCED
    table[vocabulary.used()] = rows
    return table


def write(state: dict[str, torch.Tensor], size: Size, path: Path, kind: str) -> None:
    tensors = {name: value.float().numpy() for name, value in state.items() if not name.startswith("ctc.")}
    tensors["decoder.token_embedding.weight"] = full_vocabulary(tensors["decoder.token_embedding.weight"])
    tensors["decoder.ln.weight"][0], tensors["decoder.ln.bias"][0] = 0.0, 1.0
    with np.load(vocabulary.whisper_asset("mel_filters.npz")) as bank:
        filters = bank[f"mel_{MELS}"].astype("<f4")
    tokens = vocabulary.whisper_tokens()
    with path.open("wb") as out:
        out.write(struct.pack("<I11i", MAGIC, vocabulary.SIZE, WINDOW, size.width, size.heads, size.encoder_layers,
                              TEXT_CONTEXT, size.width, size.heads, size.decoder_layers, MELS, FTYPE[kind]))
        out.write(struct.pack("<2i", *filters.shape) + filters.tobytes())
        out.write(struct.pack("<i", len(tokens)))
        for token in tokens:
            out.write(struct.pack("<I", len(token)) + token)
        for name, value in tensors.items():
            if name in ("encoder.conv1.bias", "encoder.conv2.bias"):
                value = value.reshape(-1, 1)
            if value.ndim == 3:
                number, data = F16, value.astype("<f2").tobytes()
            elif value.ndim == 2 and name.endswith("weight"):
                number, data = (Q8_0, q8_0(value)) if kind == "q8_0" else (F16, value.astype("<f2").tobytes())
            else:
                number, data = F32, value.astype("<f4").tobytes()
            label = name.encode()
            out.write(struct.pack(f"<3i{value.ndim}i", value.ndim, len(label), number, *reversed(value.shape)))
            out.write(label + data)


def read(path: Path) -> tuple[dict[str, torch.Tensor], Size]:
    """The tensors of a file of `write` (packed or not), without what exists in training only."""
    raw = path.read_bytes() if path.suffix != ".zst" else subprocess.run(["zstd", "-dqc", "--long=27", str(path)], check=True, capture_output=True).stdout
    at = 0

    def take(form: str) -> tuple[int, ...]:
        nonlocal at
        values = struct.unpack_from("<" + form, raw, at)
        at += struct.calcsize("<" + form)
        return values

    magic, _, _, width, heads, encoder_layers, _, _, _, decoder_layers, *_ = take("I11i")
    if magic != MAGIC:
        raise ValueError(f"{path} is not a ggml model")
    rows, columns = take("2i")
    at += 4 * rows * columns
    for _ in range(*take("i")):
        length, = take("I")
        at += length
    state = {}
    while at < len(raw):
        dimensions, label, kind = take("3i")
        shape = tuple(reversed(take(f"{dimensions}i")))
        name = raw[at: at + label].decode()
        at += label
        count = int(np.prod(shape))
        if kind == Q8_0:
            blocks = np.frombuffer(raw, [("d", "<f2"), ("q", "i1", BLOCK)], count // BLOCK, at)
            value = blocks["q"].astype(np.float32) * blocks["d"].astype(np.float32)[:, None]
            at += blocks.nbytes
        else:
            value = np.frombuffer(raw, "<f2" if kind == F16 else "<f4", count, at)
            at += value.nbytes
        state[name] = torch.from_numpy(value.astype(np.float32).reshape(shape).copy())
    state["decoder.token_embedding.weight"] = state["decoder.token_embedding.weight"][vocabulary.used()]
    for name in ("encoder.conv1.bias", "encoder.conv2.bias"):
        state[name] = state[name].flatten()
    return state, Size(width, heads, encoder_layers, decoder_layers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("output", type=Path, help="for example risalah-demo-q8_0.bin; OUTPUT.zst is written beside it")
    parser.add_argument("--type", choices=FTYPE, default="q8_0")
    parser.add_argument("--ship", type=Path, help="folder in which the packed file and its card become the shipped model")
    args = parser.parse_args()
    saved = torch.load(args.checkpoint, weights_only=False)
    write(saved["average"], saved["size"], args.output, args.type)
    subprocess.run(["zstd", "-q", "-f", "-19", "--long=27", str(args.output), "-o", f"{args.output}.zst"], check=True)
    digest = hashlib.sha256(args.output.read_bytes()).hexdigest()
    packed = Path(f"{args.output}.zst").stat().st_size
    print(f"{args.output}: {args.output.stat().st_size:,} bytes, packed {packed:,}, step {saved['step']}\nsha256 {digest}")
    if args.ship:
        shutil.copy(f"{args.output}.zst", args.ship / "risalah-demo.bin.zst")
        card = CARD.format(bytes=f"{args.output.stat().st_size:_}", sha256=digest)
        (args.ship / "risalah-demo.toml").write_text(card)


if __name__ == "__main__":
    main()
