"""A FRITZ!Box: digest, the web interface's login, its three kinds of refusal, its fallback."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Refused, Trouble
from apowacht.plugins.read import router_fritzbox
from apowacht.plugins.wire import digest, tr064
from apowacht.plugins.wire.tls import Trust
from apowacht.simulator import fritzbox
from apowacht.simulator.fritzbox import FIXED, FritzBox, Situation

if TYPE_CHECKING:
    from apowacht.plugins.read.router_facts import RouterFacts

USER, PASSWORD = FIXED.user, FIXED.password


def asked(box: FritzBox, user: str = USER, password: str = PASSWORD, seconds: float = 20) -> Any:
    """What the box tells this user."""
    host, port = box.address
    trust = Trust(fingerprints=[box.fingerprint])
    return tr064.ask(host, port, port, Deadline(seconds), trust, user=user, password=password)


def facts(situation: Situation) -> RouterFacts:
    """The facts of a box in this situation."""
    with FritzBox(situation) as box:
        return router_fritzbox.read(asked(box))


def trouble(box: FritzBox, password: str = PASSWORD) -> Trouble:
    """Why the box tells nothing."""
    with pytest.raises(Trouble) as caught:
        asked(box, password=password)
    return caught.value


# --- digest -------------------------------------------------------------------------------------

RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_answers_as_rfc_7616_does(algorithm: str, response: str) -> None:
    """The example of section 3.9.1 comes out for both hashes."""
    challenge = digest.choose([RFC_7616.format(algorithm)])
    assert challenge is not None
    told = digest.answer(
        challenge, "GET", "/dir/index.html", "Mufasa", "Circle of Life", cnonce=CNONCE
    )
    assert f'response="{response}"' in told
    assert "nc=00000001" in told
    assert challenge.opaque is not None
    assert f'opaque="{challenge.opaque}"' in told


def test_digest_of_a_server_without_qop() -> None:
    """RFC 2069: neither nc nor cnonce in the answer."""
    challenge = digest.choose(['Digest realm="F!Box SOAP-Auth", nonce="F758BE72FB999CEA"'])
    assert challenge is not None
    told = digest.answer(challenge, "POST", "/x", "admin", "gurkensalat")
    assert "cnonce" not in told
    assert "qop" not in told


def test_digest_takes_the_strongest_challenge_that_it_can_answer() -> None:
    """SHA-256 before MD5, nothing of Basic, of unknown hashes, or of auth-int alone."""
    several = (
        'Basic realm="a, b", Digest realm="r", nonce="1", algorithm=MD5, qop="auth", '
        'Digest realm="r", nonce="2", algorithm=SHA-256, qop="auth"'
    )
    both = digest.choose([several])
    assert both is not None
    assert (both.nonce, both.algorithm) == ("2", "SHA-256")
    assert digest.choose(['Basic realm="x"', 'Digest nonce="1", algorithm=SHA-512-256']) is None
    assert digest.choose(['Digest nonce="1", qop="auth-int"']) is None
    assert digest.choose(["Digest", "", "Digest realm=", ","]) is None


def test_digest_is_what_requests_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another implementation gets in with the same box, so both mean the same."""
    requests = pytest.importorskip("requests")
    # The simulated box's certificate names fritz.box, and nobody resolves that here.
    monkeypatch.setattr("urllib3.connectionpool.warnings.warn", lambda *_, **__: None)
    with FritzBox(replace(FIXED, algorithm="SHA-256")) as box, requests.Session() as session:
        host, port = box.address
        answer = session.post(
            f"https://{host}:{port}/upnp/control/wancommonifconfig1",
            headers={"SOAPAction": '"urn:x#GetCommonLinkProperties"'},
            data=b"<x/>",
            auth=requests.auth.HTTPDigestAuth(USER, PASSWORD),
            verify=False,
            timeout=10,
        )
    assert "NewWANAccessType" in answer.text


# --- the login of the web interface -------------------------------------------------------------


def test_the_challenge_response_of_the_vendors_examples() -> None:
    """MD5's example of the vendor's document; nonsense and endless iterations are refused."""
    assert (
        tr064.challenge_response("1234567z", "äbc") == "1234567z-9e224a41eeefa284df7bb0f26c2913e2"
    )
    assert tr064.challenge_response("", "x") is None
    assert tr064.challenge_response("2$10000$zz$2000$00", "x") is None
    assert tr064.challenge_response("2$99999999$00$1$00", "x") is None


@pytest.mark.parametrize("old", [False, True])
def test_a_session_is_closed_again(old: bool) -> None:
    """Both kinds of login lead to the list, and no session is left behind."""
    with FritzBox(replace(FIXED, old_login=old)) as box:
        data = asked(box)
        assert [row["media_type"] for row in data["connections"]] == ["DSL", "LTE"]
        assert (box.sessions, box.refused) == (0, 0)


def test_one_wrong_password_is_one_try() -> None:
    """After «login refused» nothing is asked any more, neither there nor by TR-064."""
    with FritzBox() as box:
        assert trouble(box, "falsch").reason == "router_login"
        assert box.refused == 1
        assert box.asked == ["GET /login_sid.lua", "POST /login_sid.lua"]


def test_one_wrong_password_is_one_try_by_tr064_too() -> None:
    """Where the web interface has another port that is closed, digest is tried once."""
    with FritzBox() as box:
        host, port = box.address
        trust = Trust(fingerprints=[box.fingerprint])
        with pytest.raises(Refused) as caught:
            tr064.ask(host, port, 1, Deadline(20), trust, user=USER, password="falsch")
        assert caught.value.reason == "router_login"
        assert box.refused == 1


def test_a_blocked_box_is_not_tried() -> None:
    """While BlockTime runs even the right password stays at home."""
    with FritzBox() as box:
        box.block(60)
        refusal = trouble(box)
        assert refusal.reason == "router_blocked"
        assert 50 < int(str(refusal.values["seconds"])) <= 60
        assert (box.refused, box.asked) == (0, ["GET /login_sid.lua"])


def test_nothing_goes_to_a_stranger() -> None:
    """With another fingerprint not even the name of the user is sent."""
    with FritzBox() as box:
        host, port = box.address
        trust = Trust(fingerprints=["00" * 32])
        with pytest.raises(Refused) as caught:
            tr064.ask(host, port, port, Deadline(20), trust, user=USER, password=PASSWORD)
        assert caught.value.reason == "tls_fingerprint"
        assert box.asked == []


# --- TR-064: three kinds of no ------------------------------------------------------------------

OLD = replace(FIXED, connections=None)


def test_fault_401_is_an_action_that_is_not_offered() -> None:
    """UPnP's 401 within an HTTP 500 has nothing to do with the login."""
    with FritzBox(replace(OLD, missing=frozenset({"GetCommonLinkProperties"}))) as box:
        refusal = trouble(box)
        assert (refusal.reason, box.refused) == ("router_missing", 0)
        assert refusal.values["what"] == "GetCommonLinkProperties"


def test_fault_606_is_a_right_that_is_missing() -> None:
    """The login was right; the user may not."""
    with FritzBox(replace(OLD, rights="")) as box:
        refusal = trouble(box)
        assert (refusal.reason, box.refused) == ("router_rights", 0)


def test_a_lesser_user_still_gets_the_access_type() -> None:
    """Any user may ask for the link; what else is refused is noted, not fatal."""
    with FritzBox(replace(FIXED, rights="H")) as box:
        data = asked(box)
    assert data["link"]["NewWANAccessType"] == "DSL"
    assert data["faults"] == {
        "connections": "router_rights",
        "GetDefaultConnectionService": "router_rights",
        "GetInfo": "router_rights",
    }


def test_a_firmware_without_get_info_is_read() -> None:
    """FRITZ!OS 8.21 lacks actions that it names; the link is enough."""
    missing = frozenset({"GetInfo", "GetDefaultConnectionService"})
    read = facts(replace(OLD, missing=missing))
    assert [(line.name, line.up, line.active) for line in read.lines] == [("internet", True, True)]


@pytest.mark.parametrize("stale", ["TRUE", ""])
def test_a_nonce_that_wears_out_is_no_wrong_password(stale: str) -> None:
    """The box may want a new nonce for each action, with or without saying «stale»."""
    with FritzBox(replace(OLD, nonce_uses=1, stale=stale)) as box:
        assert asked(box)["mobile"]["NewSignalRSRP0"] == "main=-95"
        assert box.refused == 0


def test_a_nonce_that_never_lasts_ends_after_one_renewal() -> None:
    """A box that calls every nonce stale is not asked for ever."""
    with FritzBox(replace(OLD, nonce_uses=0)) as box:
        assert trouble(box).reason == "router_login"
        assert box.asked.count("GetCommonLinkProperties") == 3


@pytest.mark.parametrize("situation", [replace(OLD, qop=""), replace(OLD, algorithm="SHA-256")])
def test_every_digest_that_boxes_use_gets_in(situation: Situation) -> None:
    """Without qop, and with the newer hash."""
    with FritzBox(situation) as box:
        assert asked(box)["link"]["NewPhysicalLinkStatus"] == "Up"


def test_only_actions_that_read_are_sent() -> None:
    """Not one action of a whole run has a name that sets, reboots or connects something."""
    with FritzBox() as box:
        asked(box)
        assert {action for action in box.asked if " " not in action} == {
            "GetCommonLinkProperties",
            "GetDefaultConnectionService",
            "GetStatusInfo",
            "GetInfo",
            "GetInfoEx",
        }


def test_no_identity_leaves_the_reader() -> None:
    """IMSI, IMEI, APN and the public address are not in what may be recorded."""
    with FritzBox() as box:
        told = json.dumps(asked(box))
    for secret in ("26201", "490154", "internet.example", "198.51.100", PASSWORD):
        assert secret not in told


FALLEN = [("internet", "dsl", False), ("internet2", "mobile", True)]


# --- facts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "lines", "active"),
    [
        ("FIXED", [("internet", "dsl", True), ("internet2", "mobile", True)], "internet"),
        ("MOBILE_ONLY", [("internet", "mobile", True)], "internet"),
        ("JUST_FAILED_OVER", FALLEN, "internet2"),
        ("FALLBACK", FALLEN, "internet2"),
        ("OFFLINE", [("internet", "dsl", False), ("internet2", "mobile", True)], None),
        ("SWITCHED_OFF", [("internet", "cable", True), ("internet2", "mobile", None)], "internet"),
    ],
)
def test_the_list_of_connections_tells_both_lines(
    name: str, lines: list[tuple[str, str, bool | None]], active: str | None
) -> None:
    """New firmware: each line with its part, the idle one too."""
    read = facts(getattr(fritzbox, name))
    assert [(line.name, line.tech, line.up) for line in read.lines] == lines
    assert read.active_line == active


@pytest.mark.parametrize(
    ("name", "fixed", "mobile", "active"),
    [
        ("FIXED", True, True, "internet"),
        ("MOBILE_ONLY", None, True, "mobile"),
        ("JUST_FAILED_OVER", False, True, "mobile"),
        # The link of both is «Up»: what became of the fixed line cannot be known.
        ("FALLBACK", None, True, "mobile"),
        ("OFFLINE", False, True, None),
    ],
)
def test_the_access_type_tells_the_line_in_use(
    name: str, fixed: bool | None, mobile: bool, active: str | None
) -> None:
    """Older firmware: access type and link status, and nothing that is not known."""
    read = facts(replace(getattr(fritzbox, name), connections=None))
    up = {line.name: line.up for line in read.lines}
    assert (up["internet"], up["mobile"], read.active_line) == (fixed, mobile, active)


def test_a_line_that_is_switched_off_says_so() -> None:
    """It would not take over; that is no failure either."""
    (_, second) = facts(fritzbox.SWITCHED_OFF).lines
    assert (second.up, second.detail, second.active) == (None, "disabled", False)


def test_a_missing_pin_keeps_the_modem_from_taking_over() -> None:
    """«enter PIN» is the modem's own word for it."""
    modem = {"NewEnabled": "1", "NewStatus": "enter PIN"}
    read = facts(replace(FIXED, modem=modem))
    assert read.mobile is not None
    assert read.mobile.sim == "pin_needed"
    assert (read.lines[1].up, read.lines[1].detail) == (False, "sim_pin_needed")


def test_an_access_type_that_is_new_is_unknown_not_down() -> None:
    """Boxes add words; the link still says whether there is one."""
    (line, _) = facts(replace(OLD, access_type="X_AVM-DE_Laser")).lines
    assert (line.tech, line.up) == (None, True)


def test_a_status_that_nobody_has_seen_is_shown_as_it_is() -> None:
    """Neither up nor down: the word itself."""
    row = {"name": "internet", "media_type": "Fiber", "ip4_connstatus": "dreaming"}
    read = router_fritzbox.read({"connections": [row]})
    assert (read.lines[0].up, read.lines[0].detail) == (None, "dreaming")
    assert read.lines[0].tech == "fibre"


def test_the_other_shape_of_the_list_is_understood() -> None:
    """Another firmware calls the list «connections» and the kind «medium»."""
    read = router_fritzbox.read({"connections": [{"medium": "cable"}]})
    assert [(line.name, line.tech, line.up) for line in read.lines] == [("cable", "cable", None)]


def test_a_box_behind_another_router_is_not_the_router() -> None:
    """As an IP client its lines are not the pharmacy's."""
    with pytest.raises(Refused, match="router_no_router"):
        facts(replace(FIXED, opmode="opmode_eth_ipclient"))


@pytest.mark.parametrize("signal", ["-95", "main=-95", "main=-95,aux=-99"])
def test_rsrp_is_the_first_signed_number(signal: str) -> None:
    """It is an integer in the description, and a text in newer boxes."""
    read = router_fritzbox.read({"mobile": {"NewSignalRSRP0": signal}})
    assert read.mobile is not None
    assert read.mobile.signal_dbm == -95


def test_a_box_without_the_service_is_told_from_a_wrong_login(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A mesh repeater has no such address: HTTP 404."""
    monkeypatch.setitem(tr064.CONTROL, "WANCommonInterfaceConfig", "/upnp/control/nothing")
    with FritzBox(OLD) as box:
        assert trouble(box).reason == "router_missing"
