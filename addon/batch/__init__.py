# SPDX-License-Identifier: GPL-3.0-or-later
"""Many shots in one go: what a list still needs, what it costs, making it, and what comes out of it."""
