# SPDX-License-Identifier: GPL-3.0-or-later
"""A local Kling: text, image, motion and omni to video, both standards, answered on 127.0.0.1 with real mp4 files.

It is a second reading of Kling's documents, so it shares no code with the client it answers. It is not a
generator: the clips are slates that carry machine-readable marks. Importing this package loads nothing heavy;
`server.py` and `settings.py` hold what callers use, `faults.py` what goes wrong on purpose.
"""
