"""What both Konnektor checks say of the asking itself: questions that failed, warnings, latency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import Garbled, Refused, TargetTrouble, Unreachable
from apowacht.plugins.core.report import Finding, Metric, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from apowacht.plugins.core.check import Options

UNREACHABLE = {"local": "kon.unreachable.local", "hosted": "kon.unreachable.hosted"}

# Kind of failure -> failure class and state.
_SAID = {
    "configuration": ("kon.settings", State.UNKNOWN),
    "request": ("kon.settings", State.UNKNOWN),
    "critical": ("kon.fatal", State.CRITICAL),
    "internal": ("kon.internal", State.CRITICAL),
    "silent": ("kon.operation_silent", State.CRITICAL),
    "rebooting": ("kon.rebooting", State.CRITICAL),
    "elsewhere": ("kon.elsewhere", State.UNKNOWN),
    "card": ("smcb.missing", State.CRITICAL),
    "unverified": ("kon.not_verified", State.UNKNOWN),
    "expired": ("kon.lan_cert_expired", State.CRITICAL),
    "tls": ("kon.tls_failed", State.CRITICAL),
}
_OTHERWISE = ("kon.operation", State.UNKNOWN)

# What says more of us, or of the Konnektor's start, than of its health.
_KINDS = {
    "http_unauthorized": "configuration",
    "http_forbidden": "configuration",
    "http_redirect": "configuration",
    "http_unavailable": "rebooting",
    "konnektor_endpoint": "configuration",
    "konnektor_service_missing": "rebooting",  # the directory is whole only after the start
    "tls_client_cert_rejected": "configuration",
    "tls_client_cert_required": "configuration",
    "tls_expired": "expired",
    "tls_fingerprint": "unverified",
    "tls_not_yet_valid": "unverified",
    "tls_self_signed": "unverified",
    "tls_untrusted": "unverified",
    "tls_wrong_name": "unverified",
}

_LABELS = {
    "connector.sds": "time_sds",
    "GetResourceInformation": "time_resource",
    "GetCardTerminals": "time_terminals",
    "GetCards": "time_cards",
    "GetPinStatus": "time_pin",
    "CheckCertificateExpiration": "time_expiry",
    "ReadCardCertificate": "time_certificate",
}


@dataclass(frozen=True)
class Failure:
    """A question without an answer; `reason` and `values` are its trouble's."""

    operation: str
    kind: str
    reason: str
    values: dict[str, Any]

    @property
    def trouble(self) -> TargetTrouble:
        """The trouble again, for its sentence."""
        from datetime import date

        known = dict(self.values)
        if "date" in known:
            known["date"] = date.fromisoformat(known["date"])
        return TargetTrouble(self.reason, **known)


def failure(operation: str, trouble: TargetTrouble, host: str = "") -> Failure:
    """The trouble of one question as plain data; `host` is where the Konnektor is reached.

    When a service is not to be reached at all, at an address that only the Konnektor knows, the
    Konnektor is not to blame for it.
    """
    told = {
        name: f"{value:%Y-%m-%d}" if name == "date" else value
        for name, value in trouble.values.items()
        if name == "date" or isinstance(value, str | int | float)
    }
    kind = _kind(trouble)
    if host and trouble.phase in ("dns", "connect") and told.get("host", host) != host:
        kind = "elsewhere"
    return Failure(operation, kind, trouble.reason, told)


def _kind(trouble: TargetTrouble) -> str:
    kind = getattr(trouble, "kind", None) or _KINDS.get(trouble.reason)
    if kind is None and isinstance(trouble, Unreachable):
        kind = "silent"
    if kind is None and trouble.phase == "tls":
        kind = "tls"
    return kind or "other"


def more_than_silence(trouble: TargetTrouble) -> bool:
    """Whether the Konnektor is there although its directory could not be read."""
    told = isinstance(trouble, Refused | Garbled)
    return told and _kind(trouble) in ("configuration", "unverified", "expired", "tls")


def silence(trouble: TargetTrouble, options: Any) -> str:
    """The failure class of a Konnektor that does not answer at all."""
    if _kind(trouble) == "rebooting":
        return "kon.rebooting"
    if isinstance(trouble, Garbled):
        return "kon.garbled"
    return UNREACHABLE[options.connector_location]


def failed(failures: Iterable[Failure], options: Options) -> Iterator[Finding]:
    """One finding per cause, however many questions it spoilt."""
    said = set()
    for one in failures:
        key, state = _SAID.get(one.kind, _OTHERWISE)
        if one.kind == "silent" and options.timeout_state:
            state = State[options.timeout_state.upper()]
        if (key, one.reason) not in said:
            said.add((key, one.reason))
            yield Finding(key, state, {**one.trouble.values, "reason": one.trouble})


def broken(failures: Iterable[Failure]) -> bool:
    """Whether a question failed in a way that says: this Konnektor is of no use now.

    A card that is gone is the card's fault.
    """
    states = (_SAID.get(one.kind, _OTHERWISE)[1] for one in failures if one.kind != "card")
    return any(state is State.CRITICAL for state in states)


def closed(asked_at: str | None, options: Options) -> bool:
    """Whether the pharmacy was closed when the Konnektor was asked (ISO 8601)."""
    from datetime import datetime

    from apowacht.plugins.core.opening import Opening

    opening = None if asked_at is None else Opening.of(vars(options))
    return not (opening is None or opening.open_at(datetime.fromisoformat(str(asked_at))))


def warned(warnings: Mapping[str, int | None]) -> Iterator[Finding]:
    """What was answered, with a warning."""
    for operation, code in warnings.items():
        yield Finding("kon.answer_warning", State.OK, {"alarm": operation, "code": code})


def latencies(latency_seconds: Mapping[str, float], options: Options) -> Iterator[Finding]:
    """How long each question took, judged where the user set limits."""
    limits = options.latency_warning, options.latency_critical
    for operation, seconds in latency_seconds.items():
        metric = Metric(_LABELS[operation], seconds, "s", *limits, 0)
        yield Finding("kon.slow", metric.state, {"alarm": operation, "latency": seconds}, metric)
