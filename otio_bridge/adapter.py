# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenTimelineIO's adapters for other formats, each a package of its own that need not be there.

Loaded from the package's own manifest: no entry point and no environment decides on them, and what else is installed on
the machine is neither loaded nor run. The adapter's own functions are called, so no media linker is run and no hook but
those that the AAF adapter looks for by itself.
"""

from __future__ import annotations

import importlib.util
import warnings
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import BridgeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

INSTALL = "Install the adapters: pip install retake[exchange]."


@cache
def load_adapter(package: str, ending: str) -> ModuleType:
    """The adapter's module, from `package` such as `otio_fcp_adapter`. Raises BridgeError where it is not there."""
    import opentimelineio as otio

    found = importlib.util.find_spec(package)
    folders = list(found.submodule_search_locations or ()) if found else []
    manifest = next((one for each in folders if (one := Path(each) / "plugin_manifest.json").is_file()), None)
    if manifest is None:
        raise BridgeError(
            f"{ending} files need the package {package.replace('_', '-')}, which is not installed.", hint=INSTALL
        )
    try:
        # Bound to a name: its parts do not keep it alive.
        read = otio.plugins.manifest.manifest_from_file(str(manifest))
        module: ModuleType = read.adapters[0].module()
    except (ImportError, IndexError, OSError, otio.exceptions.OTIOError) as error:
        raise BridgeError(f"The package {package.replace('_', '-')} does not load: {error}.", hint=INSTALL) from error
    return module


@contextmanager
def adapter_errors(what: str, hint: str) -> Iterator[None]:
    """Whatever an adapter raises, as a BridgeError: `what` and the adapter's own words. OSError passes.

    They check little of what they read: a damaged file shows as an error of any kind.
    """
    try:
        with warnings.catch_warnings():
            # fcpx_xml 1.0.0 asks elements whether they are true, which Python 3.12 warns of.
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    except (BridgeError, OSError):
        raise
    except Exception as error:
        raise BridgeError(f"{what}: {first_line(error)}.", hint=hint) from error


def first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:200].rstrip(".")
