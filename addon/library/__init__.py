# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices and elements of the account, across projects: listed, made from files, counted and deleted."""
