"""Forms: what was typed, what is wrong with it, and the reading of it into the API's own bodies.

A page shows the same form again when something is wrong: what was typed stays, and each fault stands beside
its field, in the words the API uses too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from api.errors import ApiError, BadRequest, InputInvalid
from api.faults import field_faults
from api.gateway import Refused
from api.language import language_of
from api.middleware.plain_text import WORDS, unkeepable
from api.middleware.uploads import OPENED
from models.base import Language
from models.case.refusals import Refusal

M = TypeVar("M", bound=BaseModel)

MAX_FIELDS: Final = 500
MAX_FILES: Final = 20
TRUE: Final = frozenset({"on", "true", "1", "yes"})


class Form:
    """One form of one request."""

    def __init__(
        self,
        values: Mapping[str, Sequence[str]] | None = None,
        files: Mapping[str, Sequence[UploadFile]] | None = None,
        language: Language = "zh",
    ) -> None:
        self.values: dict[str, list[str]] = {name: list(found) for name, found in (values or {}).items()}
        self._files = files or {}
        self.language = language
        self.faults: dict[str, str] = {}
        """What is wrong, by field, in the reader's language."""
        self.refusal: str | None = None
        """What is wrong with the whole."""
        self.status = 200

    @classmethod
    def empty(cls, **initial: str | Sequence[str]) -> Form:
        """A form that nobody has sent yet, with values to begin with."""
        return cls({name: [value] if isinstance(value, str) else value for name, value in initial.items()})

    @classmethod
    async def of(cls, request: Request) -> Form:
        """What the request carries: urlencoded, or multipart with files. Raises BadRequest."""
        values: dict[str, list[str]] = {}
        files: dict[str, list[UploadFile]] = {}
        data = await request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS)
        request.scope[OPENED] = data
        for name, value in data.multi_items():
            if isinstance(value, UploadFile):
                if value.filename or value.size:  # browsers send an empty part for a file not chosen
                    files.setdefault(name, []).append(value)
            elif unkeepable(value):
                raise BadRequest(WORDS)
            else:
                values.setdefault(name, []).append(value)
        return cls(values, files, language_of(request))

    def __getitem__(self, name: str) -> str:
        """The (first) value of a field, trimmed; nothing if it is not there."""
        found = self.values.get(name)
        return found[0].strip() if found else ""

    def all(self, name: str) -> list[str]:
        """All values of a field, without empty ones."""
        return [value.strip() for value in self.values.get(name, ()) if value.strip()]

    def files(self, name: str) -> list[UploadFile]:
        """The files of a field."""
        return list(self._files.get(name, ()))

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self[name].lower() in TRUE

    @property
    def wrong(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.faults) or self.refusal is not None

    def fault(self, field: str, message: str) -> None:
        """Say what is wrong with one field."""
        self.faults.setdefault(field, message)
        self.status = max(self.status, InputInvalid.status)

    def read(self, model: type[M], fields: Iterable[str] | None = None, **more: Any) -> M | None:
        """The form as `model`: `fields` of it (all, by default) from what was typed, `more` as given.

        Empty fields are left out, so that defaults hold. None if something is wrong; then the faults are set.
        """
        chosen = list(fields if fields is not None else model.model_fields)
        data: dict[str, Any] = {}
        for name in chosen:
            if name in more or name not in model.model_fields:
                continue
            typed = self.all(name)
            if typed:
                several = _takes_several(model.model_fields[name].annotation)
                data[name] = typed if several else typed[0]
        try:
            return model.model_validate(data | more)
        except ValidationError as error:
            self.take(error)
            return None

    def take(self, error: ValidationError) -> None:
        """The faults that pydantic found, beside their fields."""
        for fault in field_faults(error.errors(include_url=False), self.language):
            self.fault(fault.field.split(".")[0] or "form", fault.message)

    def refuse(self, error: ApiError | Refused | Refusal) -> None:
        """Say why it was not done: beside the field if the error names one, else above the form."""
        words = error.detail if isinstance(error, ApiError) else error.words
        message = words.in_language(self.language)
        details = error.members if isinstance(error, ApiError) else error.details
        field = details.get("field")
        if isinstance(field, str):
            self.faults.setdefault(field, message)
        else:
            self.refusal = message
        self.status = error.status


def _takes_several(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (tuple, list, set, frozenset):
        return True
    return any(_takes_several(part) for part in get_args(annotation))
