"""The options by which TI-Lage is asked, for every check that asks it.

A check whose target is TI-Lage takes `-H`, `-p` and the usual TLS options instead of those that
begin with `--tilage-`.
"""

from __future__ import annotations

from apowacht.plugins.core.limits import DurationType
from apowacht.plugins.core.options import option

ANSWER_AGE = DurationType(600.0)
"""Twice the five minutes between two questions: less would be out of date between them."""

PROVIDERS = (
    # One of each, as TI-Lage can filter by one of each.
    option(
        "--access",
        metavar="PROVIDER",
        help="Your provider of TI access, by name or CI number: outages of others do not count.",
    ),
    option("--smcb", metavar="PROVIDER", help="The issuer of your SMC-B, likewise."),
    option("--hba", metavar="PROVIDER", help="The issuer of your HBA, likewise."),
    option("--kim", metavar="PROVIDER", help="Your KIM provider; outages of KIM then count."),
)

TILAGE = (
    *PROVIDERS,
    option(
        "--tilage-url",
        metavar="URL",
        default="https://ti-lage.prod.ccs.gematik.solutions/lageapi",
        help="Base of the TI-Lage interface [default: gematik's].",
    ),
    option("--tilage-ca-file", metavar="FILE", help="TI-Lage: trust the authorities in this file."),
    option(
        "--tilage-tls-fingerprint",
        multiple=True,
        metavar="SHA256",
        help="TI-Lage: trust the certificate with this fingerprint (repeatable).",
    ),
    option(
        "--tilage-max-age",
        type=ANSWER_AGE,
        default="20m",
        show_default=True,
        metavar="DURATION",
        help="TI-Lage says nothing any more when its last answer is older than this.",
    ),
)
