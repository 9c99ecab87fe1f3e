"""The words of a filter: what is a key, what a text, and what all of them choose."""

import ipaddress
import random

import pytest

from tui_scan.model.errors import UsageError
from tui_scan.model.filter_terms import Term, fitting, parse_terms

EXAMPLES = {"size": "size:3", "like": "like:ab"}
TESTS = {
    "size": lambda value: lambda one: len(one) == int(value),
    "like": lambda value: lambda one: value in one,
    "": lambda value: lambda one: value in one,
}


def parsed(text: str) -> tuple[Term, ...]:
    return parse_terms(text, "a word", EXAMPLES, {"size": int})


def test_terms_choose_what_all_of_them_fit(chance: random.Random) -> None:
    words = ["".join(chance.choices("abc", k=chance.randrange(1, 5))) for _ in range(200)]
    for _ in range(100):
        size, part, text = str(chance.randrange(1, 5)), chance.choice("abc"), chance.choice("abc")
        signs = [chance.choice(("", "!")) for _ in range(3)]
        terms = parsed(f"{signs[0]}size:{size} {signs[1]}LIKE:{part}  {signs[2]}{text}")
        wanted = [
            one
            for one in words
            if (len(one) == int(size)) != bool(signs[0])
            and (part in one) != bool(signs[1])
            and (text in one) != bool(signs[2])
        ]
        assert fitting(words, terms, TESTS) == wanted


def test_an_address_is_a_text(chance: random.Random) -> None:
    for _ in range(200):
        address = str(ipaddress.IPv6Address(chance.getrandbits(128) >> chance.choice((0, 64, 120))))
        assert parsed(address) == (Term("", address, False),)
    assert parsed("!fe:: ! :443") == (Term("", "fe::", True), Term("", "!", False), Term("", ":443", False))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("port:1", "“port:” is no part of a word. Write one of size:, like:."),
        ("a size:", "“size:” needs a value, such as size:3."),
    ],
)
def test_what_is_wrong_is_told(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as told:
        parsed(text)
    assert str(told.value) == sentence


def test_a_wrong_value_is_checked() -> None:
    with pytest.raises(ValueError, match="x"):
        parsed("size:x")
