# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts several reference images into one picture, so that a slate shows that each of them has arrived."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image


def picture_row(pictures: Sequence[Image.Image], size: tuple[int, int]) -> Image.Image:
    """All of `pictures`, at least one, side by side from left to right, each stretched to its column; in RGB."""
    width, height = size
    row = Image.new("RGB", size)
    edges = [round(column * width / len(pictures)) for column in range(len(pictures) + 1)]
    for picture, left, right in zip(pictures, edges, edges[1:], strict=False):
        row.paste(picture.convert("RGB").resize((right - left, height), Image.Resampling.BILINEAR), (left, 0))
    return row
