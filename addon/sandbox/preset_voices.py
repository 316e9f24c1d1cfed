# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's official voices. Their names, ids and sounds are invented: Kling's own list is not known here.

Nobody speaks: a buzz at the voice's pitch, shaped by two resonances as vowels are, comes and goes like syllables.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from .click_sound import CHANNELS, SAMPLE_RATE_HZ
from .source_sound import Track

_LENGTH_S = 5
_SYLLABLE_S = 0.25
_HARMONICS_TO_HZ = 4000
_AMPLITUDE = 0.5
# Over that of the resonances, so that the pitch is what is heard most.
_FUNDAMENTAL = 1.5
# First and second resonance of a, e, i, o, u, in Hz.
_VOWELS = ((750, 1200), (450, 1900), (300, 2300), (450, 850), (320, 800))


@dataclass(frozen=True, slots=True)
class PresetVoice:
    """`pitch_hz` is what the voices differ in."""

    voice_id: str
    name: str
    pitch_hz: float


_VOICES = (
    PresetVoice("800000000000000101", "Harbour, low and calm", 95.0),
    PresetVoice("800000000000000102", "Linden, warm", 125.0),
    PresetVoice("800000000000000103", "Paper Kite, bright", 190.0),
    PresetVoice("800000000000000104", "Ferry, clear", 220.0),
    PresetVoice("800000000000000105", "Marble, childlike", 290.0),
)
PRESET_VOICES: MappingProxyType[str, PresetVoice] = MappingProxyType({voice.voice_id: voice for voice in _VOICES})


def preset_sound(voice: PresetVoice) -> Track:
    """Five seconds of the voice: planar stereo at 48 kHz, the same at every call."""
    time_s = np.arange(_LENGTH_S * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    syllable = (time_s / _SYLLABLE_S).astype(int)
    loudness = np.sin(np.pi * (time_s / _SYLLABLE_S - syllable)) ** 0.5
    # Every eighth syllable is a pause.
    loudness[syllable % 8 == 7] = 0
    track = np.zeros(len(time_s))
    vowel = syllable % len(_VOWELS)
    for harmonic in range(1, int(_HARMONICS_TO_HZ / voice.pitch_hz) + 1):
        frequency_hz = harmonic * voice.pitch_hz
        strength = np.array([_resonance(frequency_hz, *resonances) for resonances in _VOWELS])
        if harmonic == 1:
            strength += _FUNDAMENTAL
        track += strength[vowel] * np.sin(2 * np.pi * frequency_hz * time_s)
    track *= loudness * _AMPLITUDE / np.abs(track).max()
    return np.stack([track.astype(np.float32)] * CHANNELS)


def _resonance(frequency_hz: float, *resonances_hz: float) -> float:
    return sum(1 / (1 + ((frequency_hz - centre_hz) / 100) ** 2) for centre_hz in resonances_hz) + 0.02
