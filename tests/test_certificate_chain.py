"""Paths to an authority: our verdict beside that of `openssl verify`, on the same certificates."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from authority import DAY, NOW, Leaf
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from issuing import issue, openssl_verdict

from apowacht.plugins.read.chain import LONGEST, Pool, best_path, stands_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Made = tuple[Leaf, Sequence[Leaf], Sequence[Leaf]]

pytestmark = pytest.mark.skipif(
    not shutil.which("openssl"), reason="openssl is missing (Debian package openssl)"
)

CRITICAL_UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")


def signing(*, allowed: bool) -> x509.KeyUsage:
    """A key usage with or without the right to sign certificates."""
    return x509.KeyUsage(True, False, False, False, False, allowed, False, False, False)


def three(
    *, key: str = "P-256", names: Sequence[str] = ("a.example",), **middle: object
) -> tuple[Leaf, Leaf, Leaf]:
    """Root, one below it (with the settings of `middle`), and a leaf."""
    root = issue("root", key=key, ca=True)
    settings: dict[str, object] = {"key": key, "ca": True, **middle}
    sub = issue("sub", root, **settings)  # type: ignore[arg-type]
    return root, sub, issue("leaf", sub, key=key, names=names)


def whole(key: str) -> Made:
    """Root, intermediate, leaf, as they should be."""
    root, sub, leaf = three(key=key)
    return leaf, [sub], [root]


def root_sent_too() -> Made:
    """The server sends its root as well."""
    root, sub, leaf = three()
    return leaf, [root, sub], [root]


def shuffled_with_strangers() -> Made:
    """Out of order, with authorities that have no part in it."""
    root, sub, leaf = three()
    stranger = issue("stranger", ca=True)
    return leaf, [stranger, root, issue("other", stranger), sub], [root]


def missing_intermediate() -> Made:
    """The one in the middle was not sent."""
    root, _, leaf = three()
    return leaf, [], [root]


def unknown_root() -> Made:
    """Complete, up to a root that nobody trusts."""
    root, sub, leaf = three()
    return leaf, [sub, root], [issue("another root", ca=True)]


def unknown_root_not_sent() -> Made:
    """The same, with its root kept back."""
    _, sub, leaf = three()
    return leaf, [sub], [issue("another root", ca=True)]


def self_signed() -> Made:
    """A leaf of its own making."""
    return issue("leaf"), [], [issue("root", ca=True)]


def self_signed_and_trusted() -> Made:
    """The same, trusted by name."""
    leaf = issue("leaf")
    return leaf, [], [leaf]


def intermediate_trusted() -> Made:
    """Trust in the middle is enough."""
    _, sub, leaf = three()
    return leaf, [], [sub]


def leaf_trusted() -> Made:
    """So is trust in the leaf itself."""
    _, sub, leaf = three()
    return leaf, [sub], [leaf]


def expired_leaf() -> Made:
    """Over since yesterday."""
    root = issue("root", ca=True)
    return issue("leaf", root, begin=NOW - 9 * DAY, end=NOW - DAY), [], [root]


def future_leaf() -> Made:
    """Valid from tomorrow."""
    root = issue("root", ca=True)
    return issue("leaf", root, begin=NOW + DAY, end=NOW + 9 * DAY), [], [root]


def expired_intermediate() -> Made:
    """Over in the middle."""
    root, sub, leaf = three(begin=NOW - 9 * DAY, end=NOW - DAY)
    return leaf, [sub], [root]


def expired_root() -> Made:
    """Over at the top."""
    root = issue("root", ca=True, begin=NOW - 9 * DAY, end=NOW - DAY)
    return issue("leaf", root), [], [root]


def signed_by_no_authority() -> Made:
    """Signed by somebody whose certificate does not allow it."""
    root, sub, leaf = three(ca=False)
    return leaf, [sub], [root]


def signed_without_the_right() -> Made:
    """An authority whose key may not sign certificates."""
    root, sub, leaf = three(extensions=[(signing(allowed=False), True)])
    return leaf, [sub], [root]


def signed_with_the_right() -> Made:
    """One whose key may."""
    root, sub, leaf = three(extensions=[(signing(allowed=True), True)])
    return leaf, [sub], [root]


def path_too_long() -> Made:
    """An authority below one that allows none."""
    root = issue("root", ca=True, path_length=0)
    sub = issue("sub", root, ca=True)
    return issue("leaf", sub), [sub], [root]


def path_just_long_enough() -> Made:
    """As many as are allowed."""
    root = issue("root", ca=True, path_length=1)
    sub = issue("sub", root, ca=True, path_length=0)
    return issue("leaf", sub), [sub], [root]


def forged() -> Made:
    """The right issuer's name over a wrong signature."""
    root, sub, _ = three()
    return issue("leaf", sub, signer=issue("thief").key), [sub], [root]


def name_permitted(permitted: str) -> Made:
    """An authority for some names only."""
    limit = x509.NameConstraints([x509.DNSName(permitted)], None)
    root, sub, leaf = three(names=["www.a.example"], extensions=[(limit, True)])
    return leaf, [sub], [root]


def name_excluded(excluded: str) -> Made:
    """An authority for all names but some."""
    limit = x509.NameConstraints(None, [x509.DNSName(excluded)])
    root, sub, leaf = three(names=["www.a.example"], extensions=[(limit, True)])
    return leaf, [sub], [root]


def unknown_critical_extension() -> Made:
    """Nobody may ignore what is critical."""
    root = issue("root", ca=True)
    return issue("leaf", root, extensions=[(CRITICAL_UNKNOWN, True)]), [], [root]


def unknown_extension() -> Made:
    """Anybody may ignore what is not."""
    root = issue("root", ca=True)
    return issue("leaf", root, extensions=[(CRITICAL_UNKNOWN, False)]), [], [root]


def cross_signed_old_root_expired() -> Made:
    """As with many web servers in 2021: the path that was sent ends at an expired root."""
    old = issue("old root", ca=True, begin=NOW - 99 * DAY, end=NOW - DAY)
    new = issue("new root", ca=True)
    cross = _same_key(new, old)
    leaf = issue("leaf", new)
    return leaf, [cross, old], [new, old]


def same_name_other_key() -> Made:
    """Key identifiers tell the two apart, as all certificates in use have them."""
    root, twin = (issue("root", ca=True) for _ in range(2))
    by_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key())
    leaf = issue("leaf", root, extensions=[(by_key, False)])
    return leaf, [], [_with_key_identifier(twin), _with_key_identifier(root)]


def _with_key_identifier(root: Leaf) -> Leaf:
    own = x509.SubjectKeyIdentifier.from_public_key(root.certificate.public_key())
    return issue("root", ca=True, extensions=[(own, False)], private=root.key)


def _same_key(leaf: Leaf, above: Leaf) -> Leaf:
    """The same name and key, signed by another authority."""
    from cryptography.hazmat.primitives import hashes

    builder = x509.CertificateBuilder(
        above.certificate.subject,
        leaf.certificate.subject,
        leaf.certificate.public_key(),
        x509.random_serial_number(),
        NOW - 9 * DAY,
        NOW + 99 * DAY,
    ).add_extension(x509.BasicConstraints(True, None), True)
    return Leaf(leaf.key, builder.sign(above.key, hashes.SHA256()))


TABLE: list[tuple[str, Callable[[], Made], tuple[str, ...]]] = [
    *(
        (f"whole chain, {key}", lambda key=key: whole(key), ())
        for key in ("P-256", "P-384", "RSA 2048", "Ed25519", "brainpoolP256r1", "brainpoolP384r1")
    ),
    ("root sent too", root_sent_too, ()),
    ("shuffled with strangers", shuffled_with_strangers, ()),
    ("missing intermediate", missing_intermediate, ("incomplete",)),
    ("unknown root", unknown_root, ("untrusted",)),
    ("unknown root not sent", unknown_root_not_sent, ("untrusted",)),
    ("self-signed", self_signed, ("self_signed",)),
    ("self-signed and trusted", self_signed_and_trusted, ()),
    ("intermediate trusted", intermediate_trusted, ()),
    ("leaf trusted", leaf_trusted, ()),
    ("expired leaf", expired_leaf, ("expired",)),
    ("future leaf", future_leaf, ("not_yet_valid",)),
    ("expired intermediate", expired_intermediate, ("expired",)),
    ("expired root", expired_root, ("expired",)),
    ("signed by no authority", signed_by_no_authority, ("not_a_ca",)),
    ("signed without the right", signed_without_the_right, ("not_a_ca",)),
    ("signed with the right", signed_with_the_right, ()),
    ("path too long", path_too_long, ("not_a_ca",)),
    ("path just long enough", path_just_long_enough, ()),
    ("forged", forged, ("bad_signature",)),
    ("name permitted", lambda: name_permitted("a.example"), ()),
    ("name not permitted", lambda: name_permitted("b.example"), ("name_not_permitted",)),
    ("name excluded", lambda: name_excluded("a.example"), ("name_not_permitted",)),
    ("name not excluded", lambda: name_excluded("b.example"), ()),
    ("unknown critical extension", unknown_critical_extension, ("wrong_purpose",)),
    ("unknown extension", unknown_extension, ()),
    ("cross-signed, old root expired", cross_signed_old_root_expired, ()),
    ("two authorities of one name", same_name_other_key, ()),
]


@pytest.mark.parametrize(
    ("make", "faults"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_our_verdict_is_openssl_s(
    make: Callable[[], Made], faults: tuple[str, ...], tmp_path: Path
) -> None:
    """The same yes or no on every chain, and from us the fault by name."""
    leaf, others, anchors = make()
    path = best_path(
        leaf.certificate,
        [one.certificate for one in others],
        Pool(one.certificate for one in anchors),
        NOW,
    )
    assert path.faults == faults
    assert (not path.faults) == openssl_verdict(leaf, others, anchors, tmp_path)


@pytest.mark.parametrize(
    ("purpose", "fits"),
    [
        (ExtendedKeyUsageOID.SERVER_AUTH, True),
        (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE, True),
        (ExtendedKeyUsageOID.CLIENT_AUTH, False),
    ],
)
def test_a_client_s_certificate_is_no_server_s(
    purpose: x509.ObjectIdentifier, fits: bool, tmp_path: Path
) -> None:
    """The extended key usage decides, as it does for OpenSSL."""
    root = issue("root", ca=True)
    leaf = issue("leaf", root, extensions=[(x509.ExtendedKeyUsage([purpose]), False)])
    path = best_path(leaf.certificate, (), Pool([root.certificate]), NOW, server=True)
    assert ("wrong_purpose" not in path.faults) == fits
    if purpose != ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE:
        verdict = openssl_verdict(leaf, [], [root], tmp_path, "-purpose", "sslserver")
        assert verdict == fits


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (["www.example.de"], "www.example.de"),
        (["www.example.de"], "WWW.Example.DE"),
        (["www.example.de"], "example.de"),
        (["*.example.de"], "www.example.de"),
        (["*.example.de"], "example.de"),
        (["*.example.de"], "a.www.example.de"),
        (["*.de"], "example.de"),
        (["192.0.2.1"], "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.2"),
        (["2001:db8::1"], "2001:db8:0::1"),
        (["192.0.2.1.example"], "192.0.2.1"),
        ([], "leaf.example"),
        ([], "other.example"),
        (["other.example"], "leaf.example"),
        (["xn--bcher-kva.example"], "xn--bcher-kva.example"),
    ],
)
def test_names_match_as_openssl_matches_them(names: list[str], name: str, tmp_path: Path) -> None:
    """Wildcards, addresses, and the common name only where there is no other."""
    root = issue("root", ca=True)
    leaf = issue("leaf.example", root, names=names)
    try:
        import ipaddress

        ipaddress.ip_address(name)
        option = "-verify_ip"
    except ValueError:
        option = "-verify_hostname"
    assert stands_for(leaf.certificate, name) == openssl_verdict(
        leaf, [], [root], tmp_path, option, name
    )


def test_an_international_name_is_compared_as_it_is_sent() -> None:
    """IDNA's form stands in the certificate."""
    assert stands_for(issue("x", names=["xn--bcher-kva.example"]).certificate, "bücher.example")


def test_without_authorities_nobody_is_distrusted() -> None:
    """The path is as long as it gets; only dates are told."""
    _, sub, leaf = three()
    path = best_path(leaf.certificate, [sub.certificate], None, NOW)
    assert path.faults == ()
    assert path.certificates == (leaf.certificate, sub.certificate)


def test_a_maze_is_not_walked() -> None:
    """Forty authorities of one name and key sign each other: an end all the same, and soon."""
    root = issue("maze", ca=True)
    twins = [_same_key(root, root).certificate for _ in range(40)]
    leaf = issue("leaf", root)
    path = best_path(leaf.certificate, twins, Pool([issue("x", ca=True).certificate]), NOW)
    assert path.faults
    assert len(path.certificates) <= LONGEST
