# SPDX-License-Identifier: GPL-3.0-or-later
"""From the wish for a take to a whole file on disk, with a durable record: nothing paid is lost or paid twice."""
