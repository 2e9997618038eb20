"""Trains the model on the shards that `synth.py` speaks. Interrupt it and start it again: it goes on from its checkpoint.

The learning rate follows the share of `--minutes` that is used up, so a run ends well however fast the machine is.
With `--start` it goes on from a shipped model instead of from nothing.
"""

import argparse
import copy
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, IterableDataset

import export
import features
import vocabulary
from model import Size, Whisper

MASKED = 0.2  # share of the decoder's input that is replaced: a decoder that sees perfect text recites instead of listening
NEW_HEAD = 200  # steps in which the letters' head learns alone, when the rest of the model is already trained
SIGMA = 20.0  # encoder frames (0.4 s) by which a token may be attended off its place without cost


# On a processor without half-precision arithmetic PyTorch emulates it, some thirteen times slower than plain floats.
HALF = torch.backends.cpu.get_cpu_capability() == "AVX512" and torch.cpu._is_avx512_bf16_supported()


class Muon(torch.optim.Optimizer):
    """Muon (Keller Jordan 2024, kellerjordan.github.io/posts/muon) with AdamW's size of step (Liu et al. 2025,
    arXiv:2502.16982). Matrices of one shape are orthogonalised together and in plain floats: PyTorch's own takes
    them one by one in bfloat16."""

    def __init__(self, matrices: list[torch.Tensor], lr: float, weight_decay: float = 0.05, momentum: float = 0.95):
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            shapes: dict[torch.Size, list[torch.Tensor]] = {}
            for matrix in group["params"]:
                shapes.setdefault(matrix.shape, []).append(matrix)
            for shape, matrices in shapes.items():
                updates = []
                for matrix in matrices:
                    mean = self.state[matrix].setdefault("mean", torch.zeros_like(matrix))
                    mean.lerp_(matrix.grad, 1 - group["momentum"])
                    updates.append(matrix.grad.lerp(mean, group["momentum"]))
                step = group["lr"] * 0.2 * max(shape) ** 0.5
                for matrix, update in zip(matrices, orthogonal(torch.stack(updates))):
                    matrix.mul_(1 - group["lr"] * group["weight_decay"]).sub_(update, alpha=step)


def orthogonal(matrices: torch.Tensor) -> torch.Tensor:
    """Each matrix with its singular values brought near 1, by five steps of a Newton-Schulz iteration."""
    x = matrices.mT if matrices.shape[1] > matrices.shape[2] else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.mT
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return x.mT if matrices.shape[1] > matrices.shape[2] else x


class Batches(IterableDataset):
    def __init__(self, corpus: Path, seconds: float, seed: int, progress):
        self.corpus, self.seconds, self.seed, self.progress = corpus, seconds, seed, progress

    def __iter__(self):
        torch.set_num_threads(1)
        bank = features.Bank(self.corpus, "train")
        rng = features.seeded(self.seed)
        for count in range(10**9):
            if count % 50 == 49:
                bank.refresh()
            yield features.training_batch(rng, bank, float(self.progress), self.seconds)


def losses(model: Whisper, batch: features.Batch, head_alone: bool = False) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Cross entropy of the tokens, CTC of the letters on the encoder, and the cost of attending off the diagonal."""
    spoken = F.pad(batch.when[:, :-1], (1, 0), value=-1.0) >= 0  # inputs stand one place after the targets
    wrong = torch.randint_like(batch.tokens, len(vocabulary.used()))
    tokens = torch.where(spoken & (torch.rand(batch.tokens.shape) < MASKED), wrong, batch.tokens)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HALF):
        audio = model.encoder(batch.mel)
        logits, attentions = model.decoder(tokens, audio)
        letters = model.ctc(audio.detach() if head_alone else audio)
    cross_entropy = F.cross_entropy(logits.float().flatten(0, 1), batch.targets.flatten(), label_smoothing=0.05)
    if len(batch.ctc) == 0:
        return cross_entropy, cross_entropy * 0, cross_entropy * 0
    log_probabilities = letters.float().log_softmax(-1).transpose(0, 1)
    ctc = F.ctc_loss(log_probabilities, batch.ctc, batch.ctc_frames.clamp(max=audio.shape[1]), batch.ctc_lengths, zero_infinity=True)
    frames = torch.arange(audio.shape[1])
    distance = frames[None, None, :] - batch.when[:, :, None]
    penalty = 1 - torch.exp(-distance.square() / (2 * SIGMA**2))
    penalty = penalty * (batch.when >= 0)[:, :, None]
    alignment = sum((a.mean(1) * penalty).sum() for a in attentions) / ((batch.when >= 0).sum() * len(attentions))
    return cross_entropy, ctc, alignment


@torch.no_grad()
def greedy(model: Whisper, batch: features.Batch) -> list[str]:
    """Texts by the decoder alone, without time stamps."""
    spelled = {i: t for t, i in vocabulary.tokens().items()}
    used = vocabulary.used()
    index = {identifier: i for i, identifier in enumerate(used)}
    prompt = [vocabulary.SOT, vocabulary.INDONESIAN, vocabulary.TRANSCRIBE, vocabulary.NO_TIMESTAMPS]
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HALF):
        audio = model.encoder(batch.mel)
        tokens = torch.tensor([[index[t] for t in prompt]] * len(batch.mel))
        done = torch.zeros(len(batch.mel), dtype=torch.bool)
        for _ in range(min(200, batch.mel.shape[2] // 8 + 12)):
            step = model.decoder(tokens, audio)[0][:, -1].float().argmax(-1)
            step[done] = index[vocabulary.EOT]
            done |= step == index[vocabulary.EOT]
            tokens = torch.cat([tokens, step[:, None]], 1)
            if done.all():
                break
    return ["".join(spelled.get(used[t], "") for t in row[len(prompt):].tolist()).strip() for row in tokens]


def deepened(trained: dict[str, torch.Tensor], size: Size, layers: int) -> tuple[dict[str, torch.Tensor], Size]:
    """The same function with more encoder layers: evenly spread ones stand twice, and the second adds nothing until it is
    trained (Wu et al. 2024, arXiv:2401.02415)."""
    kept = [layer * size.encoder_layers // layers for layer in range(layers)]
    state = {name: value for name, value in trained.items() if not name.startswith("encoder.blocks.")}
    for layer, source in enumerate(kept):
        for name, value in trained.items():
            prefix = f"encoder.blocks.{source}."
            if name.startswith(prefix):
                part = name.removeprefix(prefix)
                adds = part.startswith(("attn.out.", "mlp.2."))
                repeated = layer > 0 and kept[layer - 1] == source
                state[f"encoder.blocks.{layer}.{part}"] = torch.zeros_like(value) if adds and repeated else value.clone()
    return state, replace(size, encoder_layers=layers)


def words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


def edits(reference: list[str], hypothesis: list[str]) -> int:
    row = list(range(len(hypothesis) + 1))
    for i, expected in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, heard in enumerate(hypothesis, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (expected != heard))
    return row[-1]


def evaluate(model: Whisper, bank: features.Bank, count: int) -> str:
    model.eval()
    results = []
    for kind in ("council", "loose", "words"):
        for noisy in (False, True):
            wrong = total = 0
            for batch, texts in features.evaluation_batches(bank, kind, noisy, count):
                for text, heard in zip(texts, greedy(model, batch)):
                    wrong += edits(words(text), words(heard))
                    total += len(words(text))
            results.append(f"{kind}{'+room' if noisy else ''} {100 * wrong / max(1, total):.1f}")
    model.train()
    return "WER % " + "  ".join(results)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--minutes", type=float, default=125)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--seconds", type=float, default=80, help="seconds of audio in a batch")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--encoder-layers", type=int, default=Size.encoder_layers, help="with --start: at least as many as it has")
    parser.add_argument("--start", type=Path, help="a shipped model (.bin or .bin.zst) to go on from")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)

    trained, size = export.read(args.start) if args.start else ({}, Size(encoder_layers=args.encoder_layers))
    if size.encoder_layers < args.encoder_layers:
        trained, size = deepened(trained, size, args.encoder_layers)
    model = Whisper(size, len(vocabulary.used()), len(features.LETTERS))
    model.load_state_dict(trained, strict=False)
    hidden = [p for n, p in model.named_parameters() if p.ndim == 2 and ".blocks." in n]
    rest = [p for n, p in model.named_parameters() if not (p.ndim == 2 and ".blocks." in n)]
    optimizers = [Muon(hidden, lr=args.rate),
                  torch.optim.AdamW(rest, lr=args.rate, betas=(0.9, 0.98), weight_decay=0.01)]
    average = copy.deepcopy(model)
    step, spent = 0, 0.0
    if args.checkpoint.exists():
        state = torch.load(args.checkpoint, weights_only=False)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        for optimizer, saved in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        step, spent = state["step"], state["spent"]

    def save() -> None:
        part = args.checkpoint.with_suffix(".part")
        torch.save({"model": model.state_dict(), "average": average.state_dict(), "size": size, "step": step, "spent": spent,
                    "optimizers": [o.state_dict() for o in optimizers]}, part)
        part.rename(args.checkpoint)

    progress = torch.zeros(1).share_memory_()
    progress[0] = spent / (args.minutes * 60)
    loader = iter(DataLoader(Batches(args.corpus, args.seconds, 1000 + step, progress), batch_size=None, num_workers=1, prefetch_factor=6))
    held_out = features.Bank(args.corpus, "eval")
    last = saved_at = evaluated_at = time.monotonic()
    means = np.zeros(3)
    while spent < args.minutes * 60:
        now = time.monotonic()
        spent += min(now - last, 30)
        last = now
        share = spent / (args.minutes * 60)
        progress[0] = max(share, 0.5) if args.start else share
        scale = min(1, (step + 1) / 200) * (1.0 if share < 0.3 and not args.start else max(0.02, (1 - share) / (1.0 if args.start else 0.7)))
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = args.rate * scale
        batch = next(loader)
        cross_entropy, ctc, alignment = losses(model, batch, head_alone=bool(args.start) and step < NEW_HEAD)
        loss = cross_entropy + (0.5 if progress[0] < 0.3 else 0.3) * ctc + (1.0 if progress[0] < 0.5 else 0.2) * alignment
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        step += 1
        decay = min(0.999, step / (step + 100))
        with torch.no_grad():
            for kept, fresh in zip(average.parameters(), model.parameters()):
                kept.lerp_(fresh, 1 - decay)
        means = 0.97 * means + 0.03 * np.array([cross_entropy.item(), ctc.item(), alignment.item()])
        if step % 50 == 0:
            print(f"step {step}  {spent / 60:.1f} min  tokens {means[0]:.3f}  ctc {means[1]:.3f}  alignment {means[2]:.3f}", flush=True)
        if now - evaluated_at > 1200:
            print(evaluate(average, held_out, 60), flush=True)
            evaluated_at = last = time.monotonic()
        if now - saved_at > 180:
            save()
            saved_at = now
    save()
    print(evaluate(average, held_out, 300), flush=True)


if __name__ == "__main__":
    main()
