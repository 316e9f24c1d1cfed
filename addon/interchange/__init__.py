# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the add-on meets `otio_bridge`: which copy of it to import, and files on disk."""
