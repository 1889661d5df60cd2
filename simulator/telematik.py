"""The TI as one pharmacy sees it: the name server through the Konnektor, Fachdienst, and IDP.

All three listen on one loopback address, and the name server gives that address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.simulator import fachdienst, idp
from apowacht.simulator.fachdienst import Fachdienst
from apowacht.simulator.idp import Idp
from apowacht.simulator.konnektor_keys import issue
from apowacht.simulator.ti_dns import SERVFAIL, Records, TiDns
from apowacht.simulator.web import read_manners

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

_PUBLIC = "192.88.99.1"
"""A public address, and nobody's (RFC 7526)."""


class Telematik:
    """The three services; a context manager. Ports are `port` and the two behind it, or free ones.

    `address` is that of the name server.
    """

    def __init__(self, listen: str = "127.0.0.1", port: int = 0) -> None:
        following = (port, port + 1, port + 2) if port else (0, 0, 0)
        root = issue("APOWACHT.RCA2 SIMULATOR", "P-256", None)
        self.dns = TiDns(listen=listen, port=following[0])
        self._opened: list[TiDns | Fachdienst | Idp] = [self.dns]
        try:
            self.fachdienst = Fachdienst(listen=listen, port=following[1], root=root)
            self._opened.append(self.fachdienst)
            self.idp = Idp(listen=listen, port=following[2], root=root)
            self._opened.append(self.idp)
        except BaseException:
            self.close()
            raise

    @property
    def address(self) -> tuple[str, int]:
        """Where names are asked for."""
        return self.dns.address

    @property
    def requests(self) -> int:
        """How many questions and contacts there were."""
        return sum(one.requests for one in self._opened)

    def become(self, values: Mapping[str, str], manners: Mapping[str, str]) -> None:
        """Be as a table says: `dns` is one of DNS, `document` one of `idp.DOCUMENTS`; manners are
        those of `web.Manners`, for `fachdienst.` or `idp.`. ValueError names what is neither."""
        here = self.address[0]
        answers = {
            "answers": Records(here),
            "no such name": Records(code=3),
            "no address": Records(),
            "failure": Records(code=SERVFAIL),
            "silent": Records(here, silent=True),
            "truncated": Records(here, truncated=True),
            "alias": Records(cname="ti.example"),
            "public address": Records(_PUBLIC),
        }
        told = answers.get(values["dns"])
        if told is None:
            raise ValueError(f"dns = {values['dns']}")
        names = dict.fromkeys((fachdienst.NAME, idp.NAME), told)
        self.dns.become({**names, "ti.example": Records(here)})
        self.idp.become(values["document"])
        for name, service in (("fachdienst", self.fachdienst), ("idp", self.idp)):
            own = {k.removeprefix(f"{name}."): v for k, v in manners.items() if k.startswith(name)}
            service.behave(**vars(read_manners(own)))

    def start(self) -> Self:
        """Begin to answer."""
        for one in self._opened:
            one.start()
        return self

    def close(self) -> None:
        """Give every port back; may be repeated."""
        for one in self._opened:
            one.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.close()
