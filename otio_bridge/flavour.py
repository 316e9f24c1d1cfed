# SPDX-License-Identifier: GPL-3.0-or-later
"""What each program reads of OpenTimelineIO, and how it wants it written.

Kdenlive 26.08 was measured; Resolve's and Premiere's words are those of files they exported themselves and of other
exporters for them. What nobody has seen is not written, and reported as dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

from .media_url import UrlForm


@dataclass(frozen=True, slots=True)
class Flavour:
    """What is False is written as something that the program does read, or left out; the report says which."""

    name: str
    title: str
    url_form: UrlForm = UrlForm.PATH
    transitions: bool = True
    wipes: bool = True
    retimes: bool = True
    nested: bool = True
    generators: bool = True
    """Texts, scenes, adjustment layers as generator references."""
    image_sequences: bool = True
    disabled: bool = True
    """Reads `enabled`. Where not, muted strips are left out: they would be seen and heard."""
    edge_fades: bool = True
    """Fades at an open end as a transition next to nothing."""
    reads_namespace: bool = False
    """Understands `blender_vse`: nothing is lost on it."""
    source_lengths: bool = False
    """A retimed clip's source_range is as long as the media it uses, not as the clip is on its track."""
    effects: frozenset[str] = frozenset()
    """The features that are written as the program's own effects."""


PLAIN = Flavour("plain", "OpenTimelineIO", reads_namespace=True)

RESOLVE = Flavour(
    "resolve",
    "DaVinci Resolve",
    wipes=False,
    generators=False,
    effects=frozenset({"opacity", "transform", "volume", "pan", "connections", "marker", "lock"}),
)

PREMIERE = Flavour(
    "premiere",
    "Adobe Premiere Pro",
    url_form=UrlForm.FILE_URL,
    wipes=False,
    generators=False,
    source_lengths=True,
    effects=frozenset({"opacity", "transform", "crop", "flip", "blend", "pan", "connections"}),
)

KDENLIVE = Flavour(
    "kdenlive",
    "Kdenlive",
    transitions=False,
    wipes=False,
    retimes=False,
    nested=False,
    generators=False,
    image_sequences=False,
    disabled=False,
    edge_fades=False,
    effects=frozenset({"marker"}),
)

FLAVOURS = {flavour.name: flavour for flavour in (PLAIN, RESOLVE, PREMIERE, KDENLIVE)}
