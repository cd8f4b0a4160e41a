"""When a picture must go with the handling: the closing condition of the matter says so."""

from __future__ import annotations

from typing import Final

from models.base import Words
from models.city.catalogue import Matter

_PICTURES: Final = ("照片", "图片", "影像")

PHOTO_MISSING: Final = Words(
    zh="该类事项的办结条件要求照片，请拍一张", en="This matter is closed only with a picture: take one"
)


def demands_photo(matter: Matter) -> bool:
    """Whether the catalogue's closing condition names pictures as evidence (“前后照片为证”)."""
    return any(word in matter.closing.zh for word in _PICTURES)
