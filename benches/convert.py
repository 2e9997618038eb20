"""A whisper.cpp model file as a CTranslate2 folder for faster-whisper: the same weights, then quantised to int8.

    python benches/convert.py MODEL.bin FOLDER

The ggml layout is the one that models/train/export.py writes: header, mel filters, vocabulary, tensors; all little-endian.
"""

import argparse
import struct
from pathlib import Path

import ctranslate2
import numpy as np
import tokenizers
from faster_whisper.tokenizer import _LANGUAGE_CODES
from pywhispercpp.model import Model

MAGIC, BLOCK = 0x67676D6C, 32
F32, F16, Q8_0 = 0, 1, 8
HEADER = "vocabulary audio_context audio_width audio_heads audio_layers text_context text_width text_heads text_layers mels ftype".split()
END_OF_TEXT = 50257


def values(data: memoryview, kind: int, shape: tuple[int, ...]) -> np.ndarray:
    if kind == Q8_0:
        blocks = np.frombuffer(data, np.dtype([("d", "<f2"), ("q", "i1", BLOCK)]))
        return (blocks["d"].astype(np.float32)[:, None] * blocks["q"]).reshape(shape)
    return np.frombuffer(data, {F32: "<f4", F16: "<f2"}[kind]).astype(np.float32).reshape(shape)


def read(path: Path) -> tuple[dict[str, int], list[bytes], dict[str, np.ndarray]]:
    """Header, tokens and tensors; an F32, F16 or Q8_0 file."""
    data, at = memoryview(path.read_bytes()), 0

    def take(form: str) -> tuple[int, ...]:
        nonlocal at
        found = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return found

    if take("I") != (MAGIC,):
        raise ValueError(f"{path} is not a whisper.cpp model")
    header = dict(zip(HEADER, take("11i")))
    bands, bins = take("2i")
    at += 4 * bands * bins
    tokens = []
    for _ in range(take("i")[0]):
        length, = take("I")
        tokens.append(bytes(data[at: at + length]))
        at += length
    tensors = {}
    while at < len(data):
        dimensions, length, kind = take("3i")
        shape = tuple(reversed(take(f"{dimensions}i")))
        name = bytes(data[at: at + length]).decode()
        at += length
        count = int(np.prod(shape))
        size = {F32: 4 * count, F16: 2 * count, Q8_0: 34 * count // BLOCK}[kind]
        tensors[name] = values(data[at: at + size], kind, shape)
        at += size
    return header, tokens, tensors


def specification(header: dict[str, int], weights: dict[str, np.ndarray]) -> ctranslate2.specs.WhisperSpec:
    spec = ctranslate2.specs.WhisperSpec(header["audio_layers"], header["audio_heads"], header["text_layers"], header["text_heads"])

    def norm(target, name: str) -> None:
        target.gamma, target.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]

    def linear(target, *names: str) -> None:
        """Several matrices of one input, stacked; Whisper's keys have no bias."""
        target.weight = np.concatenate([weights[f"{name}.weight"] for name in names])
        target.bias = np.concatenate([weights.get(f"{name}.bias", np.zeros(len(weights[f"{name}.weight"]), np.float32)) for name in names])

    def block(target, name: str) -> None:
        norm(target.self_attention.layer_norm, f"{name}.attn_ln")
        linear(target.self_attention.linear[0], f"{name}.attn.query", f"{name}.attn.key", f"{name}.attn.value")
        linear(target.self_attention.linear[1], f"{name}.attn.out")
        norm(target.ffn.layer_norm, f"{name}.mlp_ln")
        linear(target.ffn.linear_0, f"{name}.mlp.0")
        linear(target.ffn.linear_1, f"{name}.mlp.2")

    for conv in ("conv1", "conv2"):
        target = getattr(spec.encoder, conv)
        target.weight, target.bias = weights[f"encoder.{conv}.weight"], weights[f"encoder.{conv}.bias"].reshape(-1)
    spec.encoder.position_encodings.encodings = weights["encoder.positional_embedding"]
    norm(spec.encoder.layer_norm, "encoder.ln_post")
    for number, layer in enumerate(spec.encoder.layer):
        block(layer, f"encoder.blocks.{number}")
    spec.decoder.embeddings.weight = weights["decoder.token_embedding.weight"]
    spec.decoder.projection.weight = weights["decoder.token_embedding.weight"]
    spec.decoder.position_encodings.encodings = weights["decoder.positional_embedding"]
    norm(spec.decoder.layer_norm, "decoder.ln")
    for number, layer in enumerate(spec.decoder.layer):
        name = f"decoder.blocks.{number}"
        block(layer, name)
        norm(layer.attention.layer_norm, f"{name}.cross_attn_ln")
        linear(layer.attention.linear[0], f"{name}.cross_attn.query")
        linear(layer.attention.linear[1], f"{name}.cross_attn.key", f"{name}.cross_attn.value")
        linear(layer.attention.linear[2], f"{name}.cross_attn.out")
    return spec


def byte_letters() -> list[str]:
    """The letter that stands for each byte in a byte-level vocabulary: itself where it prints, else one from U+0100 on."""
    printing = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte if byte in printing else next(others)) for byte in range(256)]


def special_tokens(languages: list[str], size: int) -> list[str]:
    names = ["endoftext", "startoftranscript", *languages, "translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"]
    stamps = size - END_OF_TEXT - len(names)
    return [f"<|{name}|>" for name in names + [f"{0.02 * i:.2f}" for i in range(stamps)]]


def convert(model: Path, folder: Path) -> None:
    header, tokens, tensors = read(model)
    letters = byte_letters()
    spelled = ["".join(letters[byte] for byte in token) for token in tokens[:END_OF_TEXT]]
    languages = [one for one in Model.available_languages() if one in _LANGUAGE_CODES][: 99 if header["vocabulary"] == 51865 else 100]
    special = special_tokens(languages, header["vocabulary"])

    spec = specification(header, tensors)
    spec.register_vocabulary(spelled + special)
    spec.config.suppress_ids_begin = [tokens.index(b" "), END_OF_TEXT]
    spec.config.suppress_ids = []
    spec.config.lang_ids = list(range(END_OF_TEXT + 2, END_OF_TEXT + 2 + len(languages)))
    spec.config.alignment_heads = [(layer, head) for layer in range(header["text_layers"]) for head in range(header["text_heads"])]
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))

    write_tokenizer(spelled, special, folder)
    if special.index("<|0.00|>") + END_OF_TEXT != header["vocabulary"] - 1501:
        raise ValueError("the vocabulary does not have Whisper's shape")


def write_tokenizer(spelled: list[str], special: list[str], folder: Path) -> None:
    """tokenizer.json, as faster-whisper wants it. Without merges it decodes but does not encode; nothing here gives a prompt."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE({token: number for number, token in enumerate(spelled)}, []))
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.add_special_tokens(special)
    if tokenizer.get_vocab_size() != len(spelled) + len(special):
        raise ValueError("the vocabulary names a token twice")
    tokenizer.save(str(folder / "tokenizer.json"))


def complete(folder: Path) -> None:
    """Gives a CTranslate2 folder of official weights the tokenizer.json that its carrier left out."""
    if not (folder / "tokenizer.json").exists():
        tokens = (folder / "vocabulary.txt").read_text("utf-8").split("\n")
        tokens = tokens[:-1] if tokens[-1] == "" else tokens
        write_tokenizer(tokens[:END_OF_TEXT], tokens[END_OF_TEXT:], folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    convert(args.model, args.folder)


if __name__ == "__main__":
    main()
