# SPDX-License-Identifier: GPL-3.0-or-later
"""Shots as a person writes them, in a list or on the command line, and the requests they become."""
