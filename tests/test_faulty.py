"""Mistakes in site files as people are told of them: what holds instead, and no secret."""

from __future__ import annotations

import html
import re
import shutil
import socket
from typing import TYPE_CHECKING

import pytest
from exporter_process import Exporter

from apowacht.exporter.faulty import Faulty, faulty
from apowacht.plugins.sites.config import keep, load

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
site: {name}
checks:
  - check: ups
    hostname: 127.0.0.1
    port: {port}
    timeout: 3
    interval: 60
"""
BAD = GOOD.replace("hostname", "hostnam")
MODULES = "# site: none\nmodules:\n  x:\n    check: ups\n"


def told(folder: Path) -> dict[str, Faulty]:
    """The first mistake of each file of a folder that is read for the first time."""
    read = load(folder)
    return {one.file: one for one in reversed(faulty(read, read, "de"))}


def test_a_mistake_at_the_start_leaves_its_pharmacy_unwatched(tmp_path: Path) -> None:
    """File, line and what is wrong; a file of modules holds no pharmacy."""
    (tmp_path / "a.yaml").write_text(GOOD.format(name="a", port=1))
    (tmp_path / "b.yaml").write_text(BAD.format(name="b", port=1))
    (tmp_path / "c.yaml").write_text("site: [\n")
    (tmp_path / "modules.yaml").write_text(MODULES)
    found = told(tmp_path)
    assert {file: one.effect for file, one in found.items()} == {
        "b.yaml": "unwatched", "c.yaml": "unwatched", "modules.yaml": "unused",
    }  # fmt: skip
    assert (found["b.yaml"].line, found["b.yaml"].lang) == (4, "de")
    assert "«hostnam»" in found["b.yaml"].text
    shutil.rmtree(tmp_path)
    assert [one.effect for one in told(tmp_path).values()] == ["unwatched"]


def test_a_mistake_later_keeps_the_version_before(tmp_path: Path) -> None:
    """Of a pharmacy, of a module, and of all when the folder itself cannot be read."""
    site, modules = tmp_path / "a.yaml", tmp_path / "modules.yaml"
    site.write_text(GOOD.format(name="a", port=1))
    modules.write_text(MODULES + "    targets: [127.0.0.1]\n")
    old = load(tmp_path)
    assert old.mistakes == ()
    site.write_text(BAD.format(name="a", port=1))
    modules.write_text(MODULES)
    (tmp_path / "new.yaml").write_text(BAD.format(name="new", port=1))
    new = load(tmp_path)
    effects = {one.file: one.effect for one in faulty(new, keep(old, new), "de")}
    assert effects == {"a.yaml": "kept", "modules.yaml": "kept", "new.yaml": "unwatched"}
    site.rename(tmp_path / "renamed.yaml")
    new = load(tmp_path)
    effects = {one.file: one.effect for one in faulty(new, keep(old, new), "de")}
    assert effects == {"renamed.yaml": "kept", "modules.yaml": "kept", "new.yaml": "unwatched"}
    shutil.rmtree(tmp_path)
    new = load(tmp_path)
    assert [one.effect for one in faulty(new, keep(old, new), "de")] == ["kept"]


def test_a_copy_with_a_mistake_is_not_the_version_before(tmp_path: Path) -> None:
    """A copy that still bears the other pharmacy's name: whoever it is meant for is unwatched."""
    (tmp_path / "a.yaml").write_text(GOOD.format(name="a", port=1))
    (tmp_path / "copy.yaml").write_text(BAD.format(name="a", port=1))
    assert [(one.file, one.effect) for one in told(tmp_path).values()] == [
        ("copy.yaml", "unwatched")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "community: !hunter22 x",
        "community: '!hunter22'\n    port: community",
        "snmp-auth-password-file: hunter22",
        "snmp-auth-password-file: /nowhere/hunter22",
        "snmp-auth-password: hunter22",
        "{port: 1, community: !hunter22 x}",
    ],
)
def test_no_secret_and_no_folder_is_told(tmp_path: Path, line: str) -> None:
    """Also where the secret itself stands by mistake, and where the mistake quotes it."""
    text = f"site: a\nups:\n  - hostname: 127.0.0.1\n    {line}\n"
    (tmp_path / "a.yaml").write_text(text)
    read = load(tmp_path)
    (one,) = faulty(read._replace(mistakes=read.mistakes[:1]), read, "de")
    assert one.line > 0
    assert "hunter22" not in one.text
    assert str(tmp_path) not in one.text
    assert "/nowhere" not in one.text


def test_a_file_is_named_without_the_folder_of_this_computer(tmp_path: Path) -> None:
    """Which file is missing helps; where it should be is nobody's business."""
    (tmp_path / "a.yaml").write_text(
        "site: a\nconnector:\n  hostname: 127.0.0.1\n  ca-file: nowhere.pem\n"
    )
    one = told(tmp_path)["a.yaml"]
    assert one.text.startswith("ca-file: nowhere.pem: ")


def test_every_page_of_the_exporter_tells_of_it(tmp_path: Path) -> None:
    """One good file and one with a mistake, from the start, and after it was mended and broken
    again: overview, wall, both sites' pages and the JSON."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    exporter = Exporter(tmp_path)
    exporter.write("a.yaml", GOOD.format(name="a", port=port))
    exporter.write("b.yaml", BAD.format(name="b", port=port))
    pages = ("/", "/wall", "/site/a", "/site/b")

    def seen(path: str) -> str:
        text = re.sub("<style>.*?</style>|<[^>]*>", " ", exporter.get(f"{path}?lang=de").text)
        return " ".join(html.unescape(text).split())

    with exporter:
        for path in pages:
            text = seen(path)
            assert "b.yaml: Zeile 4" in text, path
            assert "«hostname»?" in text, path
            assert "die Apotheke in dieser Datei wird nicht überwacht" in text, path
            assert "Alles in Ordnung" not in text, path
        assert "Apotheke suchen" in seen("/")
        (one,) = exporter.get("/api/v1/status").json()["mistakes"]
        assert (one["file"], one["line"], one["effect"]) == ("b.yaml", 4, "unwatched")

        exporter.write("b.yaml", GOOD.format(name="b", port=port))
        assert exporter.session.post(f"{exporter.url}/-/reload", timeout=20).status_code == 200
        assert exporter.get("/api/v1/status").json()["mistakes"] == []
        assert not [path for path in pages if "b.yaml" in seen(path)]

        exporter.write("b.yaml", BAD.format(name="b", port=port))
        assert exporter.session.post(f"{exporter.url}/-/reload", timeout=20).status_code == 500
        for path in pages:
            assert "es gilt die vorige Fassung" in seen(path), path
