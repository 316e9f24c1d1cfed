# SPDX-License-Identifier: GPL-3.0-or-later
# Short names for the project's commands. All it needs is Python 3.11 or 3.13; the rest it fetches into .venv and build/.
#   make demo    a prompt becomes a clip on a Blender timeline, without an account
#   make test    every check; those that this machine cannot run are named at the end
#   make bench   numbers    make zip   the extension, in dist/    make lint   style, types, import rules
#   make pictures   the README's pictures, in the Blender that BLENDER names

export PIP_DISABLE_PIP_VERSION_CHECK := 1

# 3.11 runs Blender 4.5, whose files every later Blender opens. A name on PATH may be a shim that only prints an error.
FIND_PYTHON = for version in 3.11 3.13; do \
    IFS=:; for folder in $$PATH; do set -- "$$@" "$$folder/python$$version"; done; unset IFS; \
    for python in "$$@" "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/$$version.*/bin/python; do \
        [ -x "$$python" ] || continue; \
        "$$python" -c "import ensurepip, ssl, sqlite3, venv, sys; sys.exit('%d.%d' % sys.version_info[:2] != '$$version')" \
            2>/dev/null && echo "$$python" && exit; \
    done; set --; done
PYTHON ?= $(shell $(FIND_PYTHON))
SOURCES := $(shell find addon otio_bridge -type f ! -path '*/__pycache__/*' ! -path 'addon/dev/*')
NOX = build/tools/bin/python -m nox

.PHONY: demo test bench pictures zip lint clean python
demo: .venv/.ready
	.venv/bin/python -m addon.dev.demo

test bench pictures lint: build/tools/.ready
	$(NOX) -s $@

# Blender's own tool builds the zip; a bpy of the demo's environment brings it.
zip: .venv/.ready
	.venv/bin/python -m addon.dev zip

clean:
	rm -rf .venv .nox build dist demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready: pyproject.toml blender_manifest.toml README.md $(SOURCES) | python
	[ -x .venv/bin/python ] || $(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet ".[blender,sandbox]"
	touch $@

build/tools/.ready: | python
	$(PYTHON) -m venv --clear build/tools
	build/tools/bin/python -m pip install --quiet "nox>=2025.2"
	touch $@

python:
	@[ -n "$(PYTHON)" ] || { \
	    echo "error: no Python that serves. Retake needs Python 3.11 (Blender 4.5) or 3.13 (Blender 5.2),"; \
	    echo "       with the modules venv and ensurepip. Found here:"; \
	    IFS=:; for folder in $$PATH; do for python in "$$folder"/python3 "$$folder"/python3.[0-9]*; do \
	        case $$python in *-config) continue ;; esac; \
	        [ -x "$$python" ] && version=$$("$$python" --version 2>/dev/null) && echo "         $$python  $$version"; \
	    done; done; \
	    echo "       Name another with: make PYTHON=/path/to/python3.11"; exit 1; } >&2
