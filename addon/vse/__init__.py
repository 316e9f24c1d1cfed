# SPDX-License-Identifier: GPL-3.0-or-later
"""The only code that touches Blender's sequencer. Main thread only; decides nothing that `timeline` can decide."""
