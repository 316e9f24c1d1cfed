# SPDX-License-Identifier: GPL-3.0-or-later
"""A local file becomes an address that Kling can fetch, in storage that the user configured and nowhere else."""
