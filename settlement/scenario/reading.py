"""YAML as it is written: every scalar is text, every place has its line, no key stands twice.

A YAML parser that guesses turns 9974250.00 into a float, `10:05` into 605, `0123` into 83 and `NO`
into false. Here nothing is guessed: `loading` types what it reads. Anchors and aliases are refused,
and so is a file of more than a megabyte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from settlement.errors import BadFile, Problem

MOST_BYTES = 1_000_000
MOST_DEPTH = 30

_OPENS = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSES = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)

_SPLIT_NUMBER = re.compile(r"\d{3}(\.\d+)?%?")

Path_ = tuple[str | int, ...]
"""Where something stands: keys and positions from the root."""

Plain = str | list["Plain"] | dict[str, "Plain"]


@dataclass(slots=True)
class Written:
    """A file's content with its lines. `place` finds the line of a path or of what encloses it."""

    file: str
    content: Plain
    lines: dict[Path_, int] = field(default_factory=dict)

    def problem(self, path: Path_, message: str) -> Problem:
        """A problem at a path, with the line it stands on."""
        where = path
        while where and where not in self.lines:
            where = where[:-1]
        named = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
        return Problem(self.file, self.lines.get(where, 1), named, message)


def read_file(path: Path) -> Written:
    """Reads a file. Raises {BadFile}."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as problem:
        reason = (problem.strerror or "cannot be read").lower()
        raise BadFile([Problem(str(path), 0, "", reason)]) from None
    if len(data) > MOST_BYTES:
        message = f"has more than {MOST_BYTES:,} bytes, which is the most that a scenario has"
        raise BadFile([Problem(str(path), 0, "", message)])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise BadFile([Problem(str(path), line, "", "is not UTF-8 here")]) from None
    return read_text(text, str(path))


def read_text(text: str, file: str) -> Written:
    """Reads YAML. Raises {BadFile} with every duplicate key, or the first error of YAML."""
    try:
        _check_tokens(text, file)
        root = yaml.compose(text, Loader=yaml.BaseLoader)
        if root is None:
            raise BadFile([Problem(file, 0, "", "is empty")])
        written = Written(file, "")
        problems: list[Problem] = []
        written.content = _convert(root, (), written, problems)
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 0
        said = " ".join(filter(None, (problem.context, problem.problem)))
        raise BadFile([Problem(file, line, "", f"is not YAML: {said}")]) from None
    except yaml.reader.ReaderError as problem:
        line = text[: problem.position].count("\n") + 1
        raise BadFile([Problem(file, line, "", f"is not YAML: {problem.reason}")]) from None
    if problems:
        raise BadFile(list(dict.fromkeys(problems)))
    return written


def _check_tokens(text: str, file: str) -> None:
    """Stops at what no scenario has, before anything is built from it."""
    depth = 0
    for token in yaml.scan(text):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
            raise BadFile([Problem(file, line, "", "anchors and aliases are not read here")])
        depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)
        if depth > MOST_DEPTH:
            raise BadFile([Problem(file, line, "", "is nested too deep here")])


def _convert(node: yaml.Node, path: Path_, written: Written, problems: list[Problem]) -> Plain:
    written.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [
            _convert(item, (*path, place), written, problems)
            for place, item in enumerate(node.value)
        ]
    if isinstance(node, yaml.MappingNode):
        return _convert_mapping(node, path, written, problems)
    return str(node.value)


def _convert_mapping(
    node: yaml.MappingNode, path: Path_, written: Written, problems: list[Problem]
) -> dict[str, Plain]:
    mapping: dict[str, Plain] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(Problem(written.file, line, "", "a key is a word"))
        elif node.flow_style and _SPLIT_NUMBER.fullmatch(key):
            message = "a comma separates inside braces: write the number without it"
            problems.append(Problem(written.file, line, "", message))
        elif key in mapping:
            problems.append(Problem(written.file, line, key, "stands twice"))
        else:
            written.lines[(*path, key)] = line
            mapping[key] = _convert(value_node, (*path, key), written, problems)
    return mapping
