# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's own commands: lock the wheels, build the extension's zip, check it.

Not shipped: neither the zip nor the pip wheel holds this folder.
"""
