"""Reading the rules that ship as data files. Errors say which file and which key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

DATA: Final = Path(__file__).resolve().parents[2] / "data"

Model = TypeVar("Model", bound=BaseModel)


class DataFileError(ValueError):
    """A data file cannot be used. The message names the file and the key."""


def read(directory: Path) -> dict[str, str]:
    """The text of every TOML file in `directory`, by file name. Raises DataFileError if there is none."""
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted(directory.glob("*.toml"))}
    if not files:
        raise DataFileError(f"{directory}: holds no .toml file")
    return files


def parse(model: type[Model], text: str, file: str) -> Model:
    """The value written in `text`. Raises DataFileError with every problem, as `file: key: what is wrong`."""
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DataFileError(f"{file}: not TOML: {error}") from error
    except ValidationError as error:
        problems = []
        for problem in error.errors():
            parts = (file, _key(problem["loc"]), problem["msg"].removeprefix("Value error, "))
            problems.append(": ".join(part for part in parts if part))
        raise DataFileError("\n".join(problems)) from error


def _key(location: tuple[int | str, ...]) -> str:
    """`variants.urgent.stages.accept.budget`; pydantic's own word for a wrong key name is left out."""
    return ".".join(str(step) for step in location if step != "[key]")
