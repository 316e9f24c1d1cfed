# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion control as data: models, fields, prices, and what the reference video may be.

Source: kling-api 2.4, 2.8, section 8 [D O1 O2].
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from .field_table import Field, Orientation
from .reference_limits import ReferenceLimits

NEW_MOTION_PRODUCT = "motion-control"
DEFAULT_MODEL = "kling-v2-6"
# The models of the new standard under their legacy names.
LEGACY_NAME_OF: MappingProxyType[str, str] = MappingProxyType({"kling-2.6": "kling-v2-6", "kling-3.0": "kling-v3"})
WITH_ELEMENT = frozenset({"kling-v3"})
PROMPT_MAX = 2500

# Units for a second, by legacy name and quality.
PRICES: MappingProxyType[tuple[str, str], Decimal] = MappingProxyType(
    {
        ("kling-v2-6", "std"): Decimal("0.5"),
        ("kling-v2-6", "pro"): Decimal("0.8"),
        ("kling-v3", "std"): Decimal("0.9"),
        ("kling-v3", "pro"): Decimal("1.2"),
    }
)

_ORIENTATIONS: tuple[tuple[Orientation, int], ...] = (("image", 10), ("video", 30))
# What the reference may be, by the orientation.
REFERENCE_LIMITS: MappingProxyType[Orientation, ReferenceLimits] = MappingProxyType(
    {
        orientation: ReferenceLimits(
            max_mb=100,
            sides_px=(340, 3850),
            lengths_s=(Fraction(3), Fraction(longest_s)),
            when=f" with the orientation {orientation}",
        )
        for orientation, longest_s in _ORIENTATIONS
    }
)

NEW_SETTINGS = (
    Field("character_orientation", "string", required=True, allowed=("image", "video")),
    Field("audio", "string", allowed=("original", "off")),
    Field("resolution", "string", allowed=("720p", "1080p")),
)
