"""Tracking codes: hard to guess, easy to read aloud, and a slip of the finger is found."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case.tracking_code import ALPHABET, LENGTH, code_from, code_hash, grouped, read_code

SECRETS = st.binary(min_size=16, max_size=32)
CODE = code_from(b"an example secret")


@given(SECRETS)
def test_a_secret_has_one_code_which_reads_back_however_it_is_written(secret: bytes) -> None:
    code = code_from(secret)
    assert code == code_from(secret)
    assert len(code) == LENGTH
    for written in (
        code,
        grouped(code),
        grouped(code).lower(),
        f" {grouped(code)} ",
        grouped(code).replace("-", " "),
    ):
        assert read_code(written) == code


def test_codes_differ_and_use_every_character() -> None:
    codes = {code_from(secrets.token_bytes(16)) for _ in range(2000)}
    assert len(codes) == 2000
    assert {character for code in codes for character in code} == set(ALPHABET)


@given(SECRETS, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(secret: bytes, place: int, wrong: str) -> None:
    code = code_from(secret)
    typed = code[:place] + wrong + code[place + 1 :]
    assert read_code(typed) == (code if typed == code else None)


def test_letters_that_look_like_digits_are_read_as_these() -> None:
    code = next(c for n in range(999) if {"0", "1"} <= set(c := code_from(b"%16d" % n)))
    assert read_code(code.replace("0", "O").replace("1", "l")) == code
    assert read_code(code.replace("1", "I")) == code


@pytest.mark.parametrize(
    "typed", ["", "K7QM", CODE + "0", CODE[:-1], "U" * LENGTH, "查询码", "../../etc", "\x00"]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_what_is_kept_does_not_give_the_code_away() -> None:
    assert CODE not in code_hash(CODE)
    assert len(code_hash(CODE)) == 64
    assert code_hash(CODE) != code_hash(code_from(b"another example secret"))


def test_it_is_shown_in_three_groups() -> None:
    assert [len(group) for group in grouped(CODE).split("-")] == [4, 4, 4]
