# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the body of a new-standard create apart: `contents`, `settings`, `options`, each field by itself.

Facts: kling-api 2.8. Keys that no table knows are silently ignored [L]. Guesses: the sentences, except that of a bad
settings value [L]; a kind of part that the endpoint does not know is refused rather than ignored; the `id` of a part
may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .field_table import Field
from .new_standard_table import OPTIONS, PART_FIELDS
from .refusal import invalid_value, missing_field
from .source_image import SourceImage
from .validation import check_fields


@dataclass(slots=True)
class NewBody:
    """What a body holds. `parts` are the values of `contents` by kind, in order; absent fields are not there.

    `paths` says where each of them stands: `contents[2]`.
    """

    settings: dict[str, object] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)
    parts: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    paths: dict[str, list[str]] = field(default_factory=dict)
    prompt: str = ""
    ignored: list[str] = field(default_factory=list)

    @property
    def external_task_id(self) -> str | None:
        return text_of(self.options, "external_task_id")

    @property
    def callback_url(self) -> str | None:
        return text_of(self.options, "callback_url")

    @property
    def watermark(self) -> bool:
        info = self.options.get("watermark_info")
        return isinstance(info, dict) and info.get("enabled") is True

    def image(self, kind: str) -> SourceImage | None:
        return next(iter(self.images(kind)), None)

    def images(self, kind: str) -> tuple[SourceImage, ...]:
        urls = (part.get("url") for part in self.parts.get(kind, ()))
        return tuple(url for url in urls if isinstance(url, SourceImage))

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all parts that have one."""
        return frozenset(str(part["id"]) for parts in self.parts.values() for part in parts if "id" in part)


def read_body(
    body: Mapping[str, object],
    settings: tuple[Field, ...],
    parts: Mapping[str, int],
    required_parts: tuple[str, ...],
    prompt_max: int,
) -> NewBody:
    """Check every field; without `parts` the endpoint has a top-level `prompt`, which is required, and no contents.

    Raises:
        Refusal: 400/1201 naming the first field that cannot be.
    """
    read = NewBody()
    names = {"settings", "options", "contents" if parts else "prompt"}
    read.ignored.extend(key for key in body if key not in names)
    for name, table, values in (("settings", settings, read.settings), ("options", OPTIONS, read.options)):
        given = body.get(name)
        if given is None or given == "":
            given = {}
        if not isinstance(given, dict):
            raise invalid_value(name, given, "it must be an object")
        checked = check_fields(given, table, f"{name}.")
        values.update(checked.values)
        read.ignored.extend(checked.ignored)
    if not parts:
        prompt = Field("prompt", "string", required=True, max_chars=prompt_max)
        read.prompt = text_of(check_fields({"prompt": body.get("prompt")}, (prompt,)).values, "prompt") or ""
        return read
    _read_parts(read, body.get("contents"), parts, prompt_max)
    for kind in required_parts:
        if kind not in read.parts:
            raise missing_field(f"contents.{kind}")
    read.prompt = "".join(str(part["text"]) for part in read.parts.get("prompt", ()))
    return read


def text_of(values: Mapping[str, object], name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) else None


def _read_parts(read: NewBody, contents: object, allowed: Mapping[str, int], prompt_max: int) -> None:
    if contents is None or contents == "":
        contents = []
    if not isinstance(contents, list):
        raise invalid_value("contents", contents, "it must be an array")
    seen: set[str] = set()
    for index, part in enumerate(contents):
        path = f"contents[{index}]"
        if not isinstance(part, dict):
            raise invalid_value(path, part, "it must be an object")
        kind = part.get("type")
        if not isinstance(kind, str) or kind not in allowed:
            raise invalid_value(f"{path}.type", kind, f"it must be one of {', '.join(allowed)}")
        fields = (Field("type", "string"), *PART_FIELDS[kind])
        checked = check_fields(part, fields, f"{path}.")
        read.ignored.extend(checked.ignored)
        text = text_of(checked.values, "text")
        if text is not None and len(text) > prompt_max:
            raise invalid_value(f"{path}.text", text, f"at most {prompt_max} characters are allowed")
        known_as = text_of(checked.values, "id")
        if known_as is not None and known_as in seen:
            raise invalid_value(f"{path}.id", known_as, "each id must be unique in the task")
        seen.update({known_as} if known_as is not None else ())
        entries = read.parts.setdefault(kind, [])
        entries.append(checked.values)
        read.paths.setdefault(kind, []).append(path)
        if len(entries) > allowed[kind]:
            raise invalid_value(path, kind, f"there may be at most {allowed[kind]} of it")
