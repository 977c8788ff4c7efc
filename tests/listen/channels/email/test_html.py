"""A mail's HTML: harmless, and readable as text."""

from hashlib import sha256

import pytest

from heedful.listen.channels.email import reading
from tests.listen.channels.email.mails import file, of_parts, part, raw

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def html_of(body: str) -> str:
    return reading.read(raw(body, kind="text/html; charset=utf-8")).html


def text_of(body: str) -> str:
    return reading.read(raw(body, kind="text/html; charset=utf-8")).text


@pytest.mark.parametrize(
    "careless",
    [
        "<script>alert(1)</script>Hi",
        "<style>p{position:fixed}</style>Hi",
        "<p onclick='alert(1)'>Hi</p>",
        "<a href='javascript:alert(1)'>Hi</a>",
        "<a href=' java\nscript:alert(1)'>Hi</a>",
        "<iframe src='https://evil.example'></iframe>Hi",
        "<form action='https://evil.example'><input name=a>Hi</form>",
        "<svg><script>alert(1)</script></svg>Hi",
        "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>Hi",
        "<p style='background:url(https://evil.example/x)'>Hi</p>",
        "<p style='position:fixed;top:0'>Hi</p>",
        "<p style='width:expression(alert(1))'>Hi</p>",
        "<p style='colo\\72:red'>Hi</p>",
        "<img src=x onerror=alert(1)>Hi",
        "<img src='data:text/html,alert'>Hi",
        "<base href='https://evil.example/'>Hi",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>Hi",
        "<link rel=stylesheet href='https://evil.example'>Hi",
        "<object data='https://evil.example'></object>Hi",
        "<p id=login class=app name=x>Hi</p>",
        "<!--[if mso]><script>alert(1)</script><![endif]-->Hi",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>Hi",
    ],
)
def test_what_could_harm_is_gone(careless: str) -> None:
    html = html_of(careless)
    assert "Hi" in html
    for sign in ("alert", "evil", "style", "position", "onclick", "onerror", "id=", "class=", "<form", "<input"):
        assert sign not in html


def test_a_picture_from_elsewhere_waits_until_somebody_asks() -> None:
    html = html_of('<p><img src="https://ads.example/p.gif?a=1&amp;b=2" width="1" alt="Hi"></p>')
    assert html == '<p><img data-address="https://ads.example/p.gif?a=1&amp;b=2" width="1" alt="Hi"></p>'


def test_nobody_can_write_the_marks_of_pictures_themselves() -> None:
    assert "data-" not in html_of('<img data-address="x" data-attachment="y"><img src="data:x-attached,9">')


def test_a_picture_that_came_along_is_the_attachment() -> None:
    mail = reading.read(
        of_parts(
            part("text/html", '<img src="cid:p1@x"><img src="cid:missing">'),
            file("p.png", PNG, content_id="p1@x"),
            kind="multipart/related",
        )
    )
    assert mail.html == f'<img data-attachment="{sha256(PNG).hexdigest()}"><img>'


def test_links_open_elsewhere_and_tell_nobody_where_from() -> None:
    html = html_of('<a href="https://shop.example/">Shop</a>')
    assert 'target="_blank"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize(
    "address", ["/logout", "//evil.example", "?next=x", "cid:p1", "data:text/html,x", "ftp://x/y", "#x"]
)
def test_a_link_leads_to_a_whole_address_or_nowhere(address: str) -> None:
    assert "href" not in html_of(f'<a href="{address}" name="app">Hi</a>')
    assert "name" not in html_of(f'<a href="{address}" name="app">Hi</a>')


def test_harmless_styles_stay() -> None:
    assert html_of('<p style="color: #f00; position: fixed; font-size:12px">x</p>') == (
        '<p style="color:#f00;font-size:12px">x</p>'
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<a href='https://x.example/a'>here</a>", "here <https://x.example/a>"),
        ("<a href='https://x.example'>https://x.example</a>", "https://x.example"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<p>Yes</p><blockquote><p>Is it?</p><blockquote>Hm</blockquote></blockquote>", "Yes\n\n> Is it?\n>\n>> Hm"),
        ("<table><tr><td>A</td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table>", "A 1\nB 2"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a &lt;b&gt; &amp;amp; c&nbsp;d", "a <b> &amp; c d"),
        ("<img src='https://x.example/i' alt='A cat'>", "[A cat]"),
        ("<div style='display:none'>hidden</div>Seen", "Seen"),
        ("<p>می‌خواهم</p>", "می‌خواهم"),
    ],
)
def test_html_is_readable_as_text(html: str, text: str) -> None:
    assert text_of(html) == text


def test_a_reply_in_html_alone_shows_its_new_words() -> None:
    html = (
        "<div>It works.</div><div class=gmail_quote><div>On Mon, 2 Mar 2026 at 10:00, Ann &lt;"
        "<a href='mailto:a@b.example'>a@b.example</a>&gt; wrote:<br></div><blockquote>Did it help?</blockquote></div>"
    )
    assert reading.read(raw(html, kind="text/html")).visible == "It works."
