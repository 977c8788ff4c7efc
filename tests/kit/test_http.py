"""Outgoing requests: out to the world, never into the company's own network."""

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from heedful.kit import http
from heedful.kit.errors import Refused


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/drops"):
            for drop in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 40 + b"\r\nContent-Length: 0\r\n\r\n":
                with contextlib.suppress(OSError):
                    self.wfile.write(bytes([drop]))
                time.sleep(0.02)
            return
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1/secret")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"x" * 200_000 if self.path == "/long" else self.headers["Host"].encode() + b" " + body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def echo(settings: Any) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.ALLOW_PRIVATE_WEBHOOKS = ["127.0.0.0/8", "::1/128"]
    yield f"localhost:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
     "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "255.255.255.255",
     "::", "fec0::1", "feff::1", "::10.0.0.1", "::1.1.1.1", "::ffff:0:10.0.0.1", "64:ff9b::1.1.1.1", "64:ff9b:1::1",
     "2001::1", "2001:20::1", "2001:db8::1", "2002:101:101::1", "3ffe::1", "3fff::1", "5f00::1", "4000::1", "100::1",
     "ff02::1", "192.88.99.1", "192.0.0.9", "240.0.0.1", "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:10.0.0.1"],
)  # fmt: skip
def test_an_address_inside_is_refused(inside: str) -> None:
    assert not http.is_public(ipaddress.ip_address(inside))


@pytest.mark.parametrize("outside", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_outside_is_allowed(outside: str) -> None:
    assert http.is_public(ipaddress.ip_address(outside))


@pytest.mark.parametrize(("inside", "allowed"), [("10.1.2.3", True), ("[::ffff:10.1.2.3]", True), ("10.2.0.1", False)])
def test_what_was_allowed_by_name_is_allowed_however_it_is_written(inside: str, allowed: bool, settings: Any) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = ["10.1.0.0/16"]
    with contextlib.nullcontext() if allowed else pytest.raises(Refused, match="private network"):
        http.refuse_private(f"https://{inside}/")


@pytest.mark.parametrize(
    "url",
    ["https://localhost/x", "https://127.0.0.1:80/", "https://2130706433/", "https://[::1]/", "https://0x7f000001/",
     "https://127.1/", "https://0x7f.0.0.1/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
     "https://[0:0:0:0:0:ffff:127.0.0.1]/"],
)  # fmt: skip
def test_every_spelling_of_an_own_address_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="private network"):
        http.post(url, body=b"{}")


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "nonsense", "https://a:b@example.com/", "", "https://[fe80::1%25eth0]/",
     "https://0177.0.0.1/", "https://1.1.1.1:0/"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str, settings: Any) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = ["0.0.0.0/0", "::/0"]
    with pytest.raises(Refused):
        http.post(url, body=b"{}")


def test_a_body_arrives_under_the_name_that_was_asked_for(echo: str) -> None:
    answer = http.post(f"http://{echo}/hook", body=b"hello")
    assert (answer.status, answer.is_success, answer.body) == (200, True, echo.encode() + b" hello")


def test_a_redirect_is_not_followed(echo: str) -> None:
    answer = http.post(f"http://{echo}/away", body=b"hello")
    assert (answer.status, answer.is_success) == (302, False)


def test_an_answer_that_comes_drop_by_drop_is_not_waited_for(echo: str) -> None:
    with pytest.raises(http.Unreachable, match="did not answer within"):
        http.post(f"http://{echo}/drops", body=b"", timeout_s=0.4)


def test_a_long_answer_is_cut(echo: str) -> None:
    assert len(http.post(f"http://{echo}/long", body=b"").body) == http.MOST_BYTES


def test_nobody_there_is_unreachable_and_says_so(settings: Any) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = ["127.0.0.0/8"]
    with pytest.raises(http.Unreachable, match=r"127\.0\.0\.1 could not be reached"):
        http.post("http://127.0.0.1:1/", body=b"")


class Names:
    """A name service that says what it is told to, and counts how often it was asked for the name."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0
        self.real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)

    def look_up(self, host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "hooks.example":
            return self.real(host, port, *args, **kwargs)
        found = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


def test_a_name_of_which_one_address_is_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the connection could go there all the same."""
    Names(monkeypatch, ["93.184.216.34", "10.1.2.3"])
    with pytest.raises(Refused, match=r"10\.1\.2\.3"):
        http.refuse_private("https://hooks.example/")


def test_a_name_that_changes_its_mind_is_asked_once(echo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to the very address that was looked at."""
    names = Names(monkeypatch, ["127.0.0.1"], ["127.0.0.66"])
    port = echo.partition(":")[2]
    assert http.post(f"http://hooks.example:{port}/", body=b"hello").body == f"hooks.example:{port} hello".encode()
    assert names.asked == 1


def test_a_proxy_of_the_surroundings_is_not_asked(echo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look the name up anew, and may reach what we must not."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert http.post(f"http://{echo}/hook", body=b"hello").is_success


@pytest.mark.parametrize("url", ["https://1.1.1.1:22/", "https://1.1.1.1:8443/", "https://[2606:4700::1111]:25/"])
def test_a_port_that_is_not_for_the_web_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="port") as no:
        http.refuse_private(url)
    assert no.value.code == "port"


@pytest.mark.parametrize(
    ("allowed", "url", "may"),
    [
        ([":8443"], "https://1.1.1.1:8443/", True),
        ([":8443"], "https://1.1.1.1:8444/", False),
        ([":8443"], "https://10.1.0.1:8443/", False),
        (["10.1.0.0/16"], "https://10.1.0.1:8443/", True),
        (["10.1.0.0/16:8443"], "https://10.1.0.1:8443/", True),
        (["10.1.0.0/16:8443"], "https://10.1.0.1/", False),
        (["[fd00::/8]:8443"], "https://[fd00::1]:8443/", True),
        (["[fd00::/8]:8443"], "https://[fd00::1]:22/", False),
        (["10.1.0.0/16", ":8443"], "https://1.1.1.1:8443/", True),
        (["1.1.1.1:8443"], "https://1.1.1.1/", True),
        (["1.1.1.1:8443"], "https://1.1.1.1:8443/", True),
        (["1.1.1.1:8443"], "https://1.0.0.1:8443/", False),
    ],
)
def test_an_allowance_opens_what_it_names_and_no_more(allowed: list[str], url: str, may: bool, settings: Any) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = allowed
    with contextlib.nullcontext() if may else pytest.raises(Refused):
        http.refuse_private(url)


def test_plain_http_goes_only_into_a_network_that_was_allowed(settings: Any) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = ["10.1.0.0/16", ":8443"]
    http.refuse_private("http://10.1.2.3/")
    for url in ("http://1.1.1.1/", "http://1.1.1.1:8443/"):
        with pytest.raises(Refused, match="https://"):
            http.refuse_private(url)


def test_a_name_that_came_to_lead_outside_is_not_called_in_the_open(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = ["10.1.0.0/16"]
    Names(monkeypatch, ["10.1.2.3"], ["1.1.1.1"], ["10.1.2.3", "1.1.1.1"])
    http.refuse_private("http://hooks.example/")
    for _ in range(2):
        with pytest.raises(Refused, match="https://"):
            http.post("http://hooks.example/", body=b"of a customer")


def test_whom_to_trust_is_read_once(echo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    load = ssl.SSLContext.load_verify_locations

    def count(*args: Any, **words: Any) -> None:
        read.append("store")
        load(*args, **words)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", count)
    http.trust.cache_clear()
    for _ in range(3):
        http.post(f"http://{echo}/hook", body=b"hello")
    with pytest.raises(http.Unreachable):
        http.post(f"https://{echo}/hook", body=b"hello")
    assert read == ["store"]
