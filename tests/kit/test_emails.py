"""One form of writing for each address, and never one for two."""

import pytest

from heedful.kit import emails


@pytest.mark.parametrize(
    "written",
    [
        "ann@shop.example",
        " Ann@SHOP.example ",
        "ann@shop.example.",
        "mailto:ann@shop.example",
        "MAILTO:Ann@shop.example?subject=Hello",
        "Ann Lee <ann@shop.example>",
        "<mailto:ann@shop.example>",
        "\u200bann@shop.example\ufeff",
        "ann@sh\u00adop.example",
        "\u202aann@shop.example\u202c",
        "an\u200dn@shop\u2060.example",
        "ann＠shop。example",
    ],
)
def test_spellings_of_one_address_are_one(written: str) -> None:
    assert emails.normal(written) == "ann@shop.example"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bert@straße.example", "bert@strasse.example"),
        ("carl@faß.example", "carl@fass.example"),
        ("groß@shop.example", "gross@shop.example"),
        ("a@نامه‌ای.example", "a@نامهای.example"),
        ("a@βόλος.example", "a@βόλοσ.example"),
    ],
)
def test_letters_that_idna_2008_tells_apart_are_two_addresses(one: str, other: str) -> None:
    assert emails.normal(one) != emails.normal(other)


@pytest.mark.parametrize(
    ("written", "wire", "normal"),
    [
        ("carl@faß.example", "carl@xn--fa-hia.example", "carl@faß.example"),
        ("carl@xn--fa-hia.example", "carl@xn--fa-hia.example", "carl@faß.example"),
        ("bert@STRAßE.example.", "bert@xn--strae-oqa.example", "bert@straße.example"),
        ("Jo@Mu\u0308nchen.example", "Jo@xn--mnchen-3ya.example", "jo@münchen.example"),
        ("a@日本.example", "a@xn--wgv71a.example", "a@日本.example"),
        ("a@shop\u200d.example", "a@shop.example", "a@shop.example"),
        ("mailto:a@shop.example.", "a@shop.example", "a@shop.example"),
    ],
)
def test_a_domain_goes_over_the_wire_as_idna_2008_writes_it(written: str, wire: str, normal: str) -> None:
    assert (emails.wire(written), emails.normal(written)) == (wire, normal)


@pytest.mark.parametrize("written", ["", "@", "ann", "ann@", "@shop.example", "a@b@c", "a b@shop.example", "mailto:"])
def test_what_is_no_address_has_none(written: str) -> None:
    assert emails.normal(written) == ""
    with pytest.raises(ValueError):  # noqa: PT011
        emails.wire(written)


def test_a_domain_that_idna_does_not_take_still_names_somebody_and_gets_no_mail() -> None:
    assert emails.normal("A@☃.example") == "a@☃.example"
    with pytest.raises(ValueError):  # noqa: PT011
        emails.wire("a@☃.example")
