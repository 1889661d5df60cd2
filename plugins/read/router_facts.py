"""What a router tells of its lines, whatever it was asked by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RouterLine:
    """One line as the router sees it; a word in `detail` is the device's, or of the tables.

    `up`: True = has its connection or would take over, False = has failed, None = not told, or
    switched off on purpose (`detail` is "disabled"), or not there under that name ("not_found").
    `active`: True = carries the traffic, None = the router does not tell.
    """

    name: str
    tech: str | None = None
    """fibre, dsl, cable, mobile, satellite."""
    up: bool | None = None
    active: bool | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Mobile:
    """The modem; what it does not tell is None."""

    operator: str | None = None
    technology: str | None = None
    """As people write it: LTE, 5G NSA ..."""
    signal_dbm: float | None = None
    """RSSI where the router has it, else RSRP; MikroTik and FRITZ!Box: RSRP."""
    registered: bool | None = None
    sim: str | None = None
    """ready, missing, pin_needed, puk_needed, error."""


@dataclass(frozen=True)
class RouterFacts:
    """What a router says of its lines; `source` is the --router it was asked as."""

    source: str
    lines: list[RouterLine]
    active_line: str | None = None
    """The name of the line that carries the traffic; the first one where several share it."""
    mobile: Mobile | None = None


_MOBILE = ("mobile", "lte", "umts", "wwan", "cell", "mob1", "mob2", "qmimux", "rmnet", "gsm", "5g")
_TECHNOLOGIES = (
    ("mobile", (*_MOBILE, "4g", "3g", "usb-tethering", "usb", "modem", "serial", "mdm")),
    ("fibre", ("fiber", "fibre", "ftth", "gpon", "glasfaser")),
    ("dsl", ("dsl",)),
    ("cable", ("cable", "docsis", "kabel")),
    ("satellite", ("satellit", "starlink")),
)


def technology(*names: object) -> str | None:
    """The kind of line that a name speaks of; None where it speaks of none."""
    for name in names:
        plain = str(name or "").lower()
        for tech, words in _TECHNOLOGIES:
            if any(word in plain for word in words):
                return tech
    return None


def registered(words: object) -> bool | None:
    """Whether a modem's own words say that a network has taken it in.

    «Registered, home», «registered (roaming)», «Roaming» do; «not registered», «searching»,
    «denied» do not.
    """
    plain = str(words or "").lower()
    if any(word in plain for word in ("not reg", "unreg", "denied", "search", "no service")):
        return False
    if any(word in plain for word in ("registered", "roaming", "home", "bridged", "connected")):
        return "disconnected" not in plain or None
    return None


def sim_state(*words: object) -> str | None:
    """One of the SIM words for what a modem says of its SIM and its PIN; the worst counts."""
    told = [str(word).lower() for word in words if word]
    for state, signs in (
        ("puk_needed", ("puk", "chv1blocked")),
        ("missing", ("not inserted", "not_inserted", "missing", "no sim", "nosim", "absent")),
        ("missing", ("removed", "not present", "not ready (no")),
        ("error", ("fail", "error", "blocked")),
        ("pin_needed", ("pin_needed", "sim pin", "enter pin", "pin required", "pin needed")),
        ("pin_needed", ("need pin", "locked", "required")),
        ("ready", ("ready", "inserted", "ok")),
    ):
        if any(sign in word for word in told for sign in signs):
            return state
    return None


def dbm(value: float | None) -> float | None:
    """A signal's strength; -9999 (Peplink) and 0 (MikroTik, Wi-Fi WANs) are none."""
    return value if value is not None and -150 <= value < 0 else None


def share(lines: list[RouterLine]) -> str | None:
    """The name of the first line that is active."""
    return next((line.name for line in lines if line.active), None)
