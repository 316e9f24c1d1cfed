# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of Kling's API: what it can do (the catalogue), what is asked of it (requests), and the calls.

It knows the API only as its documentation states it. It keeps no record: that is `jobs`.
"""
