"""The exporter as a process: every address, reloads, TLS, users, and its end."""

from __future__ import annotations

import gzip
import json
import random
import signal
import socket
import ssl
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import bcrypt
import pytest
import requests
from authority import Authority
from exporter_process import COMMAND, Exporter
from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
from prometheus_client.parser import text_string_to_metric_families as families
from timing import SPARE_SECONDS

from apowacht.exporter import names
from apowacht.exporter.ledger import Ledger
from apowacht.exporter.schedule import fraction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SITE = """\
site: {name}
title: Apotheke {name}
checks:
  - check: connector
    hostname: 127.0.0.1
    port: {port}
    insecure: true
    timeout: 3
    interval: 10
"""
MODULES = """\
modules:
  kon:
    check: connector
    insecure: true
    timeout: 3
    targets: ["127.0.0.1:{port}", 192.0.2.0/24]
"""
OPENMETRICS = {"Accept": "application/openmetrics-text;version=1.0.0"}


def closed_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


PORT = closed_port()


def until(what: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporter]:
    """Two sites whose Konnektor refuses every connection, and a module."""
    told = Exporter(tmp_path_factory.mktemp("exporter"))
    for name in ("beta", "rosen"):
        told.write(f"{name}.yaml", SITE.format(name=name, port=PORT))
    told.write("modules.yaml", MODULES.format(port=PORT))
    with told:
        until(lambda: told.get("/metrics").text.count("\napowacht_check_problem{") == 2)
        yield told


def test_it_is_healthy_and_ready(exporter: Exporter) -> None:
    """One line each."""
    for path in ("/-/healthy", "/-/ready"):
        answer = exporter.get(path)
        assert (answer.status_code, answer.text.count("\n")) == (200, 1)


def test_metrics_in_both_formats(exporter: Exporter) -> None:
    """The Accept header decides; both are well formed and name only what the tables name."""
    answer = exporter.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    told = {sample.name for family in families(answer.text) for sample in family.samples}
    ours = {name for name in told if name.startswith("apowacht_")}
    assert ours <= set(names.all_families())
    assert {family.name for family in names.OWN_FAMILIES} - ours <= {
        "apowacht_exporter_scrape_duration_seconds"
    }
    assert "process_cpu_seconds_total" in told
    answer = exporter.get("/metrics", headers=OPENMETRICS)
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert list(strict(answer.text))  # type: ignore[no-untyped-call]


def test_one_site_alone(exporter: Exporter) -> None:
    """Without the exporter's own metrics; several sites may be named, an unknown one is 404."""
    text = exporter.get("/metrics?site=rosen").text
    assert 'site="rosen"' in text
    assert 'site="beta"' not in text
    assert "apowacht_exporter" not in text
    both = exporter.get("/metrics?site=rosen&site=beta").text
    assert 'site="beta"' in both
    own = exporter.get("/metrics?only=exporter").text
    assert "apowacht_exporter_sites 2" in own
    assert "apowacht_check" not in own
    assert exporter.get("/metrics?site=gamma").status_code == 404
    assert exporter.get("/metrics?only=x").status_code == 400


def test_compressed_when_asked_for(exporter: Exporter) -> None:
    """gzip, and not for somebody who does not take it."""
    raw = exporter.session.get(
        exporter.url + "/metrics", headers={"Accept-Encoding": "gzip"}, stream=True, timeout=20
    )
    assert raw.headers["Content-Encoding"] == "gzip"
    assert b"apowacht_check_state" in gzip.decompress(raw.raw.read())
    for refused in ("identity", "gzip;q=0"):
        answer = exporter.get("/metrics", headers={"Accept-Encoding": refused})
        assert "Content-Encoding" not in answer.headers


def test_what_is_not_there_is_one_line(exporter: Exporter) -> None:
    """404, 405; HEAD is answered like GET, without a body."""
    answer = exporter.get("/nothing")
    assert (answer.status_code, answer.text) == (404, "Not Found\n")
    answer = exporter.session.post(exporter.url + "/metrics", timeout=20)
    assert (answer.status_code, answer.text) == (405, "Method Not Allowed\n")
    assert exporter.get("/-/reload").status_code == 405
    answer = exporter.session.head(exporter.url + "/metrics", timeout=20)
    assert (answer.status_code, answer.content) == (200, b"")


def test_service_discovery(exporter: Exporter) -> None:
    """Each site and the exporter itself; a module's targets that can be named."""
    groups = exporter.get("/sd").json()
    host = exporter.url.removeprefix("http://")
    assert [group["targets"] for group in groups] == [[host]] * 3
    assert [group["labels"].get("__param_site") for group in groups] == ["beta", "rosen", None]
    assert len({group["labels"]["instance"] for group in groups}) == 3
    for group in groups:
        query = {k.removeprefix("__param_"): v for k, v in group["labels"].items()
                 if k.startswith("__param_")}  # fmt: skip
        path = group["labels"]["__metrics_path__"]
        assert exporter.get(path, params=query).status_code == 200
    groups = exporter.get("/sd?module=kon").json()
    assert [group["labels"]["__param_target"] for group in groups] == [f"127.0.0.1:{PORT}"]
    assert exporter.get("/sd?module=x").status_code == 404


def test_the_state_as_json(exporter: Exporter) -> None:
    """The pages' view, in the language asked for."""
    told = exporter.get("/api/v1/status?lang=en").json()
    assert [site["name"] for site in told["sites"]] == ["beta", "rosen"]
    one = exporter.get("/api/v1/status?site=beta").json()
    assert [site["name"] for site in one["sites"]] == ["beta"]
    assert one["sites"][0]["state"] == "CRITICAL"
    assert exporter.get("/api/v1/status?site=x").status_code == 404
    assert exporter.get("/api/v1/status?lang=fr").status_code == 400


@pytest.mark.parametrize("path", ["/", "/wall", "/site/rosen"])
def test_pages_are_there_with_their_policy(exporter: Exporter, path: str) -> None:
    """HTML with the page's own Content-Security-Policy."""
    answer = exporter.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "style-src 'sha256-" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert exporter.get("/site/nowhere").status_code == 404


def test_the_journal_as_a_table(exporter: Exporter) -> None:
    """The changes of a site, for whoever needs evidence."""

    def written() -> bool:
        answer = exporter.get("/site/rosen/journal.csv?days=1")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        return "rosen" in answer.text

    until(written)
    assert "beta" not in exporter.get("/site/rosen/journal.csv").text
    assert exporter.get("/site/x/journal.csv").status_code == 404
    assert exporter.get("/site/rosen/journal.csv?days=x").status_code == 400


def test_a_probe_asks_now(exporter: Exporter) -> None:
    """What its module permits; the failure is an answer with its reason."""
    answer = exporter.get(f"/probe?module=kon&target=127.0.0.1:{PORT}")
    assert answer.status_code == 200
    assert "apowacht_probe_success 0" in answer.text
    assert 'reason="connect"} 1' in answer.text
    assert "apowacht_probe_timeout_seconds 3" in answer.text
    assert "site=" not in answer.text
    headers = {"X-Prometheus-Scrape-Timeout-Seconds": "1.5"}
    answer = exporter.get(f"/probe?module=kon&target=127.0.0.1:{PORT}&debug=true", headers=headers)
    assert "phase connect" in answer.text
    assert "apowacht_probe_timeout_seconds 1.0" in answer.text
    assert exporter.get("/probe?module=kon&target=127.0.0.1").status_code == 403
    assert exporter.get("/probe?module=kon&target=192.0.2.1:4742").status_code == 403
    assert exporter.get(f"/probe?module=kon&target=127.0.0.1:{PORT}&verbose=1").status_code == 400
    twice = f"/probe?module=kon&target=192.0.2.1&target=127.0.0.1:{PORT}"
    assert exporter.get(twice).status_code == 400


def test_a_probe_ends_before_its_scrape(exporter: Exporter) -> None:
    """A target that swallows the connection costs the header's time less half a second."""
    began = time.monotonic()
    headers = {"X-Prometheus-Scrape-Timeout-Seconds": "1"}
    answer = exporter.get("/probe?module=kon&target=192.0.2.77", headers=headers)
    assert answer.status_code == 200
    assert "apowacht_probe_success 0" in answer.text
    assert time.monotonic() - began < 1 + SPARE_SECONDS


def test_a_reload_takes_what_is_good(exporter: Exporter) -> None:
    """A bad file keeps its site as it was and is named; others go on; SIGHUP does the same."""
    good = SITE.format(name="rosen", port=PORT)
    exporter.write("rosen.yaml", good.replace("hostname", "hostnam"))
    exporter.write("gamma.yaml", SITE.format(name="gamma", port=PORT))
    answer = exporter.session.post(exporter.url + "/-/reload", timeout=20)
    assert answer.status_code == 500
    assert "rosen.yaml:5: " in answer.text
    text = exporter.get("/metrics").text
    assert 'apowacht_check_info{site="rosen"' in text
    assert 'apowacht_check_info{site="gamma"' in text
    assert "apowacht_exporter_config_last_reload_successful 0" in text
    assert "apowacht_exporter_config_mistakes 1" in text
    exporter.write("rosen.yaml", good)
    (exporter.folder / "gamma.yaml").unlink()
    exporter.process.send_signal(signal.SIGHUP)
    sign = "\napowacht_exporter_config_last_reload_successful 1\n"
    until(lambda: sign in exporter.get("/metrics?only=exporter").text)
    assert 'site="gamma"' not in exporter.get("/metrics").text


def test_hostile_sentend_nothing(exporter: Exporter) -> None:
    """Whatever arrives, the next request is answered, and no traceback is logged."""
    host, port = exporter.url.removeprefix("http://").split(":")
    picker = random.Random(7)
    sent = [
        b"GET /site/%ff%00%2e%2e/x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /site/" + b"a" * 8000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /?q=%f0%28%8c%28&lang=\xff&state=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /probe?module=kon&target=%0d%0aX:1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /metrics?site=%22%7d HTTP/1.1\r\nHost: x\r\nAccept: ;;q=,,/\r\n\r\n",
        b"POST /-/reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \xff\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        *(picker.randbytes(200) for _ in range(20)),
    ]
    for text in sent:
        with socket.create_connection((host, int(port)), 5) as connection:
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionError):
                answer = connection.recv(20)
                assert not answer.startswith(b"HTTP/1.1 500")
    assert exporter.get("/-/healthy").status_code == 200
    assert "Traceback" not in "".join(exporter.lines)


def test_a_strange_host_header_is_refused(exporter: Exporter) -> None:
    """What is echoed to Prometheus is an address and nothing else."""
    answer = exporter.get("/sd", headers={"Host": 'x"><script>'})
    assert answer.status_code == 400


def test_it_ends_in_order(tmp_path: Path) -> None:
    """SIGTERM: checks end, the journal is closed, exit code 0."""
    told = Exporter(tmp_path)
    told.write("rosen.yaml", SITE.format(name="rosen", port=PORT))
    with told:
        assert told.get("/-/ready").status_code == 200
        assert told.end() == 0
    assert told.lines[-1] == "INFO ended\n"
    assert not list((tmp_path / "data").glob("*-wal"))


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(50)
        yield int(taken.getsockname()[1])


@contextmanager
def asking(told: Exporter, path: str) -> Iterator[Future[requests.Response]]:
    """A probe under way."""
    with ThreadPoolExecutor(1) as thread, requests.Session() as session:
        session.trust_env = False
        yield thread.submit(session.get, told.url + path, timeout=60)


def patient(text: str, port: int) -> str:
    """A file whose checks wait a hundred seconds for the port, a scheduled one from the start."""
    name = min((f"site{number}" for number in range(100)), key=lambda n: fraction(n, "connector"))
    text = text.format(name=name, port=port).replace("timeout: 3", "timeout: 100")
    return text.replace("interval: 10", "interval: 120")


def kinds(scratch: Path) -> list[str]:
    """The kinds of lines in the journal of a process that has ended."""
    return [kept.line.kind for kept in Ledger(scratch / "data" / "journal.sqlite").kept()]


def test_a_probe_under_way_keeps_no_process_from_ending(tmp_path: Path) -> None:
    """It hangs for much longer than the end may take: its client is told so in one line, the log
    knows no mistake, and the journal is closed once."""
    told = Exporter(tmp_path, close_seconds=2)
    with silent() as port:
        told.write("modules.yaml", patient(MODULES, port))
        with told, asking(told, f"/probe?module=kon&target=127.0.0.1:{port}") as asked:
            until(lambda: "\napowacht_exporter_probes 1\n" in told.get("/metrics").text)
            assert told.end() == 0
            answer = asked.result(20)
    assert (answer.status_code, answer.text) == (
        503, "the exporter is ending, come again later\n"
    )  # fmt: skip
    assert "Traceback" not in "".join(told.lines)
    assert told.lines[-1] == "INFO ended\n"
    assert kinds(tmp_path).count("stop") == 1


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_the_second_order_to_end_waits_for_nothing(tmp_path: Path, second: signal.Signals) -> None:
    """A check and a probe that hang would be waited for, for ten minutes: they are not; the journal
    is closed all the same."""
    told = Exporter(tmp_path, close_seconds=600)
    with silent() as port:
        told.write("rosen.yaml", patient(SITE, port))
        told.write("modules.yaml", patient(MODULES, port))
        with told, asking(told, f"/probe?module=kon&target=127.0.0.1:{port}") as asked:
            for sign in ("probes 1", "running_checks 1"):
                until(lambda: f"\napowacht_exporter_{sign}\n" in told.get("/metrics").text)  # noqa: B023  at once
            told.process.send_signal(signal.SIGTERM)
            until(lambda: refuses(told.url))
            with pytest.raises(subprocess.TimeoutExpired):
                told.process.wait(1)
            told.process.send_signal(second)
            assert told.process.wait(30) == 0
            assert asked.result(20).status_code == 503
    assert "Traceback" not in "".join(told.lines)
    assert told.lines[-2:] == ["WARNING checks were still under way at the end\n", "INFO ended\n"]
    assert kinds(tmp_path)[-1] == "stop"


def refuses(url: str) -> bool:
    """Whether nobody listens there."""
    address = urlsplit(url)
    try:
        socket.create_connection((str(address.hostname), address.port or 0), 5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    """Exit code 1, and nothing was asked."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = subprocess.run(
            [sys.executable, "-c", COMMAND, "exporter", "--config-dir", str(tmp_path),
             "--listen", f"127.0.0.1:{taken.getsockname()[1]}", "--data-dir", str(tmp_path)],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "Traceback" not in run.stderr


def test_an_open_exporter_says_so(tmp_path: Path) -> None:
    """Reachable by others without users: a line in the log, a metric, and no reload by HTTP."""
    with Exporter(tmp_path, listen="0.0.0.0:0") as told:
        told.url = told.url.replace("0.0.0.0", "127.0.0.1")
        assert "\napowacht_exporter_unprotected 1\n" in told.get("/metrics").text
        answer = told.session.post(told.url + "/-/reload", timeout=20)
        assert answer.status_code == 403
        until(lambda: any(line.startswith("WARNING others can") for line in told.lines))


WEB = """\
tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_ca_file: ca.pem
  client_auth_type: {auth}
basic_auth_users:
  prometheus: "{hashed}"
http_server_config:
  headers:
    Strict-Transport-Security: max-age=31536000
"""


@pytest.mark.slow
def test_tls_users_and_client_certificates(tmp_path: Path) -> None:
    """Everything behind the login; certificate and users are renewed without a restart."""
    authority = Authority()
    ca = authority.write(tmp_path / "ca.pem")

    def certify(name: str) -> None:
        leaf = authority.issue(name)
        leaf.write(tmp_path / "server.pem", key=False)
        (tmp_path / "server.key").write_bytes(leaf.key_pem())
        (tmp_path / "server.key").chmod(0o600)

    def users(password: str, auth: str) -> None:
        hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
        (tmp_path / "web.yaml").write_text(WEB.format(hashed=hashed, auth=auth))

    certify("first")
    users("old", "VerifyClientCertIfGiven")
    client = authority.issue("client").write(tmp_path / "client.pem")
    told = Exporter(tmp_path, web=tmp_path / "web.yaml")
    told.write("rosen.yaml", SITE.format(name="rosen", port=PORT))
    with told:
        told.session.verify = str(ca)
        for path in ("/", "/metrics", "/-/healthy", "/-/ready", "/sd", "/nothing"):
            assert told.get(path).status_code == 401
        assert told.session.post(told.url + "/-/reload", timeout=20).status_code == 401
        told.session.auth = ("prometheus", "old")
        answer = told.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "apowacht_exporter_unprotected 0" in answer.text
        assert told.session.post(told.url + "/-/reload", timeout=20).status_code == 200
        assert {group["labels"]["__scheme__"] for group in told.get("/sd").json()} == {"https"}
        with pytest.raises(requests.RequestException):
            requests.get(told.url.replace("https", "http"), timeout=5)

        certify("second")
        users("new", "RequireAndVerifyClientCert")
        until(lambda: "web file read again" in "".join(told.lines) or not told.get("/-/ready"))
        assert "second" in subject_of(told, ca, client)
        told.session.close()
        with pytest.raises(requests.RequestException):
            visit(told, ca, None, "new")
        assert visit(told, ca, client, "old").status_code == 401
        assert visit(told, ca, client, "new").status_code == 200

        (tmp_path / "web.yaml").write_text("tls_server_config: [broken\n")
        sign = "apowacht_exporter_web_config_last_reload_successful 0"
        until(lambda: sign in visit(told, ca, client, "new").text)


def visit(told: Exporter, ca: Path, client: Path | None, password: str) -> requests.Response:
    """A request over a connection of its own."""
    return requests.get(
        told.url + "/metrics?only=exporter",
        auth=("prometheus", password),
        verify=str(ca),
        cert=str(client) if client else None,
        timeout=20,
    )


def subject_of(told: Exporter, ca: Path, client: Path) -> str:
    """The server's certificate, as a new connection sees it."""
    context = ssl.create_default_context(cafile=str(ca))
    context.load_cert_chain(client)
    host, port = told.url.removeprefix("https://").split(":")
    with (
        socket.create_connection((host, int(port)), 10) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        return json.dumps(secured.getpeercert())
