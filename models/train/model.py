"""Whisper's encoder-decoder in PyTorch, with the parameter names of OpenAI's checkpoints (so `export.py` stays plain).

Differences that exist in training only: the decoder's vocabulary is the used part of Whisper's, a CTC head reads the
encoder, and the cross-attention weights are returned for the alignment loss.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MELS = 80
WINDOW = 1500  # encoder frames of 20 ms in 30 s
TEXT_CONTEXT = 448


@dataclass(frozen=True)
class Size:
    width: int = 256
    heads: int = 4
    encoder_layers: int = 8
    decoder_layers: int = 2


def sinusoids(length: int, channels: int) -> Tensor:
    """Encoder positions as in Radford et al. 2022 (arXiv:2212.04356)."""
    scale = math.log(10_000) / (channels // 2 - 1)
    inverse = torch.exp(-scale * torch.arange(channels // 2))
    angles = torch.arange(length)[:, None] * inverse[None, :]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, source: Tensor, causal: bool = False):
        def split(t: Tensor) -> Tensor:
            return t.view(*t.shape[:2], self.heads, -1).transpose(1, 2)

        q, k, v = split(self.query(x)) * self.scale, split(self.key(source)), split(self.value(source))
        scores = q @ k.transpose(-1, -2)  # written out: on a CPU the fused kernel's backward pass is several times slower
        if causal:
            scores = scores + torch.full(scores.shape[-2:], -1e4, dtype=scores.dtype).triu(1)
        attention = scores.softmax(-1)
        return self.out((attention.to(v.dtype) @ v).transpose(1, 2).flatten(2)), attention


class Block(nn.Module):
    def __init__(self, width: int, heads: int, cross: bool):
        super().__init__()
        self.attn = Attention(width, heads)
        self.attn_ln = nn.LayerNorm(width)
        self.cross_attn = Attention(width, heads) if cross else None
        self.cross_attn_ln = nn.LayerNorm(width) if cross else None
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.mlp_ln = nn.LayerNorm(width)

    def forward(self, x: Tensor, source: Tensor | None = None):
        normed = self.attn_ln(x)
        x = x + self.attn(normed, normed, causal=source is not None)[0]
        attention = None
        if source is not None:
            mixed, attention = self.cross_attn(self.cross_attn_ln(x), source)
            x = x + mixed
        return x + self.mlp(self.mlp_ln(x)), attention


class Encoder(nn.Module):
    def __init__(self, size: Size):
        super().__init__()
        self.conv1 = nn.Conv1d(MELS, size.width, 3, padding=1)
        self.conv2 = nn.Conv1d(size.width, size.width, 3, stride=2, padding=1)
        self.register_buffer("positional_embedding", sinusoids(WINDOW, size.width))
        self.blocks = nn.ModuleList(Block(size.width, size.heads, cross=False) for _ in range(size.encoder_layers))
        self.ln_post = nn.LayerNorm(size.width)

    def forward(self, mel: Tensor) -> Tensor:
        """Log-mel (batch, 80, frames of 10 ms) to (batch, frames of 20 ms, width)."""
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.positional_embedding[: x.shape[1]].to(x.dtype)
        for block in self.blocks:
            x, _ = block(x)
        return self.ln_post(x)


class Decoder(nn.Module):
    def __init__(self, size: Size, vocabulary: int):
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, size.width)
        self.positional_embedding = nn.Parameter(torch.randn(TEXT_CONTEXT, size.width) * 0.02)
        self.blocks = nn.ModuleList(Block(size.width, size.heads, cross=True) for _ in range(size.decoder_layers))
        self.ln = nn.LayerNorm(size.width)
        nn.init.normal_(self.token_embedding.weight, std=0.02)

    def output(self, x: Tensor) -> Tensor:
        """The last norm, its first channel held at 1: that channel of the embedding is a bias per token, which lets
        the export give every token outside the used vocabulary the same very low score."""
        normed = self.ln(x)
        return torch.cat([torch.ones_like(normed[..., :1]), normed[..., 1:]], dim=-1)

    def forward(self, tokens: Tensor, audio: Tensor) -> tuple[Tensor, list[Tensor]]:
        x = self.token_embedding(tokens) + self.positional_embedding[: tokens.shape[1]]
        x = x.to(audio.dtype)
        attentions = []
        for block in self.blocks:
            x, attention = block(x, audio)
            attentions.append(attention)
        return self.output(x) @ self.token_embedding.weight.to(x.dtype).T, attentions


class Whisper(nn.Module):
    def __init__(self, size: Size, vocabulary: int, letters: int):
        super().__init__()
        self.encoder = Encoder(size)
        self.decoder = Decoder(size, vocabulary)
        self.ctc = nn.Linear(size.width, letters)
