"""Pictures over HTTP: bombs, ruins, files that are two things, and all that a camera writes beside pixels.

What the decoder does with each of them is tests/api/attachments/test_pictures.py; here they come in at the
door, and what is looked at is what goes out again.
"""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from typing import Final

import httpx
import pillow_heif
import pytest
from PIL import Image, PngImagePlugin

from runtime.settings import Settings
from tests.api.attachments.pictures import exif, picture
from tests.architecture.test_house import ROOT
from tests.security import shared
from tests.security.cookies import browser_of
from tests.support.product import API, Person, Product

product = shared.product

SECRET: Final = b"WangXiaoming-13812345678-N29.5921-E106.2271"
SCRIPT: Final = b"<html><body><script>alert(1)</script></body></html>"


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("shell.php", "<?php system($_GET['c']); ?>")
    return out.getvalue()


def _talkative() -> dict[str, bytes]:
    """Pictures with the secret in every place that formats have for words."""
    jpeg = picture(data=exif())
    small = picture(size=(16, 12))
    image = Image.open(io.BytesIO(picture("PNG")))
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=True)
    png, webp, heif = io.BytesIO(), io.BytesIO(), io.BytesIO()
    image.save(png, "PNG", pnginfo=texts, exif=exif(), icc_profile=SECRET)
    image.save(webp, "WEBP", exif=exif(), xmp=SECRET, icc_profile=SECRET)
    pillow_heif.from_pillow(image).save(heif, exif=exif().tobytes(), xmp=SECRET)
    return {
        "EXIF": jpeg,
        "XMP": _with_segments(jpeg, _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + SECRET)),
        "long XMP": _with_segments(
            jpeg, _segment(0xE1, b"http://ns.adobe.com/xmp/extension/\x00" + b"A" * 32 + b"\x00" * 8 + SECRET)
        ),
        "IPTC": _with_segments(
            jpeg, _segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", 48) + SECRET)
        ),
        "ICC": _with_segments(jpeg, _segment(0xE2, b"ICC_PROFILE\x00\x01\x01" + SECRET)),
        "a comment": _with_segments(jpeg, _segment(0xFE, SECRET)),
        "a thumbnail": _with_segments(jpeg, _segment(0xE0, b"JFXX\x00\x10" + small + SECRET)),
        "a maker's own": _with_segments(jpeg, _segment(0xEB, SECRET)),
        "behind the end": jpeg + SECRET,
        "PNG": png.getvalue(),
        "PNG behind the end": picture("PNG") + SECRET,
        "WebP": webp.getvalue(),
        "HEIC": heif.getvalue(),
    }


def _twofold() -> dict[str, bytes]:
    """Files that are a picture and something else, or only pretend."""
    jpeg, png = picture(), picture("PNG")
    return {
        "jpeg+html behind": jpeg + SCRIPT,
        "jpeg+html in a comment": _with_segments(jpeg, _segment(0xFE, SCRIPT)),
        "jpeg+zip": jpeg + _zip(),
        "jpeg+pdf": _with_segments(jpeg, _segment(0xFE, b"%PDF-1.4 " + SCRIPT)),
        "jpeg+js": _with_segments(jpeg, _segment(0xFE, b"*/=alert(1)/*")),
        "png+html": png[:33] + _chunk(b"tEXt", b"Comment\x00" + SCRIPT) + png[33:],
        "png+zip": png + _zip(),
        "webp+html": picture("WEBP") + SCRIPT,
        "gif": b"GIF89a" + b"\x01\x00\x01\x00\x80\x00\x00" + SCRIPT,
        "gif+js": b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "html": SCRIPT,
        "zip": _zip(),
        "pdf": b"%PDF-1.4\n" + SCRIPT,
        "tiff": b"II*\x00\x08\x00\x00\x00" + b"\x00" * 40,
        "bmp": b"BM" + b"\x00" * 60,
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(x) run\n",
    }


TALKATIVE: Final = _talkative()
TWOFOLD: Final = _twofold()


async def _sent(product: Product, person: Person, data: bytes, kind: str = "image/jpeg") -> httpx.Response:
    files = {"file": ("x.html", data, kind)}
    return await product.http.post(f"{API}/attachments", files=files, headers=person.headers)


@pytest.mark.parametrize("where", TALKATIVE)
async def test_nothing_but_pixels_goes_out_again(product: Product, where: str) -> None:
    """Place, time, names, profiles, thumbnails: read where they are wanted, then gone, in every format."""
    data = TALKATIVE[where]
    person = await product.admitted("dongguan-g18")
    answer = await _sent(product, person, data)
    assert answer.status_code == 201, answer.text
    for served in (
        await person.get(f"/attachments/{answer.json()['id']}"),
        await browser_of(product, person).get(f"/pictures/{answer.json()['id']}"),
    ):
        assert served.status_code == 200
        assert SECRET[:12] not in served.content
        assert b"Wang Xiaoming" not in served.content, "the camera's name"
        assert b"2026:03:02" not in served.content
        for mark in (b"Exif\x00", b"ns.adobe.com", b"Photoshop", b"ICC_PROFILE", b"JFXX", b"tEXt", b"XMP "):
            assert mark not in served.content, mark
        shown = Image.open(io.BytesIO(served.content))
        assert len(shown.getexif()) == 0
        assert not {"exif", "xmp", "icc_profile", "comment", "photoshop", "adobe"} & set(shown.info)


@pytest.mark.parametrize("kind", TWOFOLD)
async def test_a_file_that_is_two_things_is_one_afterwards_or_none(product: Product, kind: str) -> None:
    person = await product.admitted("dongguan-g18")
    answer = await _sent(product, person, TWOFOLD[kind], "text/html")
    if not kind.startswith(("jpeg", "png", "webp")):
        assert (answer.status_code, answer.json()["code"]) == (422, "picture_unreadable")
        return
    assert answer.status_code == 201, answer.text
    served = await person.get(f"/attachments/{answer.json()['id']}")
    for mark in (b"<script", b"<html", b"PK\x03\x04", b"%PDF", b"alert(1)", b"<?php"):
        assert mark not in served.content
    assert not zipfile.is_zipfile(io.BytesIO(served.content))
    assert served.headers["content-type"] in ("image/jpeg", "image/webp")
    assert served.content.startswith((b"\xff\xd8\xff", b"RIFF"))
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.headers["content-disposition"].startswith("inline; filename=")
    assert "default-src 'none'" in served.headers["content-security-policy"]
    assert served.headers["cache-control"].startswith("private")


def _bombs() -> dict[str, bytes]:
    ihdr = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    black = zlib.compress(b"\x00" * 60_000_000, 9)
    sof = struct.pack(">BHHBBBBBBBBBB", 8, 65_500, 65_500, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0)
    blown = signature + _chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0))
    text = _chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"x" * 100_000_000, 9))
    profile = _chunk(b"iCCP", b"p\x00\x00" + zlib.compress(b"x" * 100_000_000, 9))
    return {
        "png of 2.5 thousand million pixels": signature
        + _chunk(b"IHDR", ihdr)
        + _chunk(b"IDAT", black)
        + _chunk(b"IEND", b""),
        "jpeg of 4 thousand million pixels": b"\xff\xd8" + _segment(0xC0, sof) + b"\xff\xd9",
        "a text of 100 MB in a small png": blown + text + picture("PNG")[33:],
        "a profile of 100 MB in a small png": blown + profile + picture("PNG")[33:],
    }


BOMBS: Final = _bombs()


ANSWERS: Final = {kind: "picture_too_large" if "pixels" in kind else "picture_unreadable" for kind in BOMBS}
MOST: Final = 32
"""Megabytes that a bomb may take; unpacked, the smallest of them has a hundred."""
_DECODING: Final = f"""
import os, sys
from api.attachments.pictures import clean

data = sys.stdin.buffer.read()

def peak(work):
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.wait4(child, 0)[2].ru_maxrss

most = peak(lambda: clean(data, {Settings.model_fields["max_image_pixels"].default}))
print((most - peak(lambda: None)) / (1024 ** 2 if sys.platform == "darwin" else 1024))
"""
"""In a process of its own, whose peak is that of the decoding and of nothing before it."""


@pytest.mark.parametrize("kind", BOMBS)
async def test_a_bomb_does_not_go_off(product: Product, kind: str) -> None:
    person = await product.admitted("dongguan-g18")
    began = time.monotonic()
    answer = await _sent(product, person, BOMBS[kind], "image/png")
    assert (answer.status_code, answer.json()["code"]) == (422, ANSWERS[kind])
    assert time.monotonic() - began < 20
    assert _megabytes(BOMBS[kind]) < MOST


def test_memory_that_decoding_takes_is_seen() -> None:
    """A picture that is none: large, and taken."""
    assert _megabytes(picture(size=(4000, 3000))) > MOST


def _megabytes(data: bytes) -> float:
    """How much more memory this takes to decode than nothing does."""
    command = [sys.executable, "-c", _DECODING]
    done = subprocess.run(command, input=data, capture_output=True, check=True, cwd=ROOT)
    return float(done.stdout)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.7, 0.95])
async def test_a_ruin_is_refused_or_whole(product: Product, format_: str, share: float) -> None:
    """Cut off at any place: never a fault of ours, and never half of somebody's bytes."""
    whole = picture(format_, size=(640, 480))
    person = await product.admitted("dongguan-g18")
    answer = await _sent(product, person, whole[: int(len(whole) * share)])
    assert answer.status_code in (201, 422), answer.text
    if answer.status_code == 422:
        assert answer.json()["code"] in ("picture_unreadable", "input_invalid")


@pytest.mark.parametrize("seed", range(12))
async def test_bits_that_have_turned_are_no_fault_of_ours(product: Product, seed: int) -> None:
    person = await product.admitted("dongguan-g18")
    for format_ in ("JPEG", "PNG", "WEBP", "HEIF"):
        data = bytearray(picture(format_, data=exif()))
        for n in range(1 + seed * 3):
            place = (seed * 7919 + n * 104_729) % len(data)
            data[place] ^= 1 << (n % 8)
        answer = await _sent(product, person, bytes(data))
        assert answer.status_code in (201, 422), f"{format_}: {answer.text}"
