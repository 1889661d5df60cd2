"""The outer face of the E-Rezept-Fachdienst: it answers `GET /`, and remembers everything.

with Fachdienst() as fachdienst:
    fachdienst.behave(status=503)       # or slow=3, silent="connection", refused=True ...
    fachdienst.asked[-1].method, fachdienst.asked[-1].path, fachdienst.connections
    fachdienst.forbidden                # every request that no health check may make
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.simulator.web import Answer, WebService

if TYPE_CHECKING:
    from apowacht.simulator.web import Contact

NAME = "erp.zentral.erp.splitdns.ti-dienste.de"


class Fachdienst(WebService):
    """One Fachdienst behind https; what its `GET /` really answers is not public."""

    names = (NAME, "erp-ref.zentral.erp.splitdns.ti-dienste.de")

    @property
    def forbidden(self) -> list[Contact]:
        """The requests that are not the plain `GET /` without token, body or query (A_23218)."""
        return [one for one in self.asked if not _permitted(one)]

    def respond(self, asking: Contact) -> Answer:
        """200 for `GET /`; everything else is refused, whatever the real one would say."""
        if _permitted(asking):
            return Answer(200, b"")
        return Answer(403 if asking.path.startswith("/") else 400)


def _permitted(asking: Contact) -> bool:
    bare = not asking.body and "Authorization" not in asking.headers
    return (asking.method, asking.path) == ("GET", "/") and bare
