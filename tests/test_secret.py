"""Secrets: where they are read from, and that no text shows them."""

from __future__ import annotations

import errno
import json
import os
import warnings
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.secret import LARGEST, mask, read_plain, read_secret

if TYPE_CHECKING:
    from pathlib import Path

OPTION = "--password-file"


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        (b"hunter22", "hunter22"),
        (b"hunter22\n", "hunter22"),
        (b"hunter22\r\n", "hunter22"),
        (b"hunter22\nsecond line\n", "hunter22"),
        (b" with blanks \n", " with blanks "),
        (b"\xef\xbb\xbfhunter22\r\n", "hunter22"),
        ("schlüssel\n".encode(), "schlüssel"),
        ("schlüssel\n".encode("latin-1"), "schlüssel"),
        (b"\xff\xfe" + "schlüssel\r\n".encode("utf-16-le"), "schlüssel"),
        (b"\xfe\xff" + "schlüssel\r\n".encode("utf-16-be"), "schlüssel"),
    ],
)
def test_the_first_line_of_a_file_is_the_secret(
    tmp_path: Path, content: bytes, secret: str
) -> None:
    """Whatever editor wrote the file: the line's end and a byte order mark do not belong to it."""
    file = tmp_path / "secret"
    file.write_bytes(content)
    assert read_secret(OPTION, file=str(file)) == secret


def test_the_file_goes_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a file the variable counts, without both there is no secret."""
    file = tmp_path / "secret"
    file.write_text("from-file\n")
    monkeypatch.setenv("APOWACHT_TEST", "from-environment\n")
    assert read_secret(OPTION, file=str(file), env="APOWACHT_TEST") == "from-file"
    assert read_secret(OPTION, env="APOWACHT_TEST") == "from-environment"
    monkeypatch.delenv("APOWACHT_TEST")
    assert read_secret(OPTION, env="APOWACHT_TEST") is None
    assert read_secret(OPTION) is None


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"  \r\n", b"\nsecret on line two", b"\xef\xbb\xbf"]
)
def test_an_empty_first_line_is_our_trouble(tmp_path: Path, content: bytes) -> None:
    """An empty file is said, not sent as an empty password."""
    file = tmp_path / "secret"
    file.write_bytes(content)
    with pytest.raises(OwnTrouble) as caught:
        read_secret(OPTION, file=str(file))
    assert caught.value.reason == "secret_empty"
    assert caught.value.values == {"option": OPTION, "file": str(file)}


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Icinga sets every variable of a command's `env`, empty where a service lacks the macro; one
    that holds nothing but a line's end is a mistake."""
    monkeypatch.setenv("APOWACHT_TEST", "")
    assert read_secret("--password-file", env="APOWACHT_TEST") is None
    monkeypatch.setenv("APOWACHT_TEST", "\n")
    with pytest.raises(OwnTrouble) as caught:
        read_secret("--password-file", env="APOWACHT_TEST")
    assert caught.value.reason == "secret_empty"


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("missing", errno.ENOENT),
        ("folder", errno.EISDIR),
        ("pipe", errno.ENOTSUP),
        ("/dev/zero", errno.ENOTSUP),
        ("large", errno.EFBIG),
        ("loop", errno.ELOOP),
        ("a\0b", errno.EINVAL),
        ("", errno.ENOENT),
    ],
)
def test_what_is_no_small_plain_file_is_refused_at_once(
    tmp_path: Path, kind: str, number: int
) -> None:
    """Folders, pipes without a writer, devices and large files give a reason, without waiting."""
    file = str(tmp_path / kind) if kind.isalpha() else kind
    if kind == "folder":
        os.mkdir(file)
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "loop":
        os.symlink(file, file)
    elif kind == "large":
        (tmp_path / kind).write_bytes(b"x" * (LARGEST + 1))
    with pytest.raises(OwnTrouble) as caught:
        read_secret(OPTION, file=file)
    assert caught.value.reason == "secret_unreadable"
    assert caught.value.values == {"option": OPTION, "file": file, "detail": os.strerror(number)}


def test_what_is_no_plain_file_is_not_even_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some devices act on being opened, so they are looked at first."""
    opened = []
    monkeypatch.setattr(os, "open", lambda *arguments: opened.append(arguments))
    with pytest.raises(OSError, match=os.strerror(errno.ENOTSUP)):
        read_plain("/dev/null", LARGEST)
    assert opened == []


def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    """A file that this user may not read gives a reason; root asks as somebody else."""
    file = tmp_path / "secret"
    file.write_text("x")
    file.chmod(0)
    receive, send = os.pipe()
    with warnings.catch_warnings():
        # Threads that other tests left behind do not matter to the few lines of the child.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            read_secret(OPTION, file=str(file))
            told = "nothing"
        except OwnTrouble as trouble:
            told = f"{trouble.reason}: {trouble.values['detail']}"
        finally:
            os.write(send, told.encode())
            os._exit(0)
    os.waitpid(child, 0)
    os.close(send)
    with os.fdopen(receive, encoding="utf-8") as pipe:
        assert pipe.read() == f"secret_unreadable: {os.strerror(errno.EACCES)}"


def test_a_file_that_hides_its_size_is_bounded() -> None:
    """A file below /proc says that it is empty, and is read up to the bound."""
    if not os.path.exists("/proc/self/maps"):
        pytest.skip("/proc: there is none here")
    assert read_plain("/proc/self/maps", LARGEST * 1000)
    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        read_plain("/proc/self/maps", 10)


def test_a_world_readable_file_and_a_link_are_accepted(tmp_path: Path) -> None:
    """Container platforms mount secrets as links to files that everyone may read."""
    (tmp_path / "data").write_text("hunter22")
    (tmp_path / "data").chmod(0o644)
    (tmp_path / "link").symlink_to("data")
    assert read_secret(OPTION, file=str(tmp_path / "link")) == "hunter22"


numbers = st.text(alphabet="0123456789")


@given(
    st.text(alphabet=st.characters(exclude_characters="0123456789"), min_size=4), numbers, numbers
)
def test_no_masked_text_holds_the_secret(secret: str, before: str, after: str) -> None:
    """The secret is gone as it is, and as Python, JSON and an URL would write it."""
    urls = [quote(secret, safe="", errors="surrogatepass"), quote(secret, errors="surrogatepass")]
    for form in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], *urls):
        assert mask(before + form + after, [secret]) == f"{before}***{after}"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("user:hunter22@host", "user:***@host"),
        ("hunter22hunter22", "******"),
        ("hunter22-long is longer than hunter22", "*** is longer than ***"),
        ('{"p": "a\\"b c/d"}', '{"p": "***"}'),
        ("https://u:a%22b%20c%2Fd@host", "https://u:***@host"),
        ("abc stays, it is too short", "abc stays, it is too short"),
    ],
)
def test_every_form_of_a_secret_is_masked(text: str, masked: str) -> None:
    """The longest secret goes first, and quoting does not hide one."""
    assert mask(text, ["hunter22", "hunter22-long", 'a"b c/d', "abc", ""]) == masked
