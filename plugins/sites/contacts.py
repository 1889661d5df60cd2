"""Who helps at a site, by layer of the chain."""

from __future__ import annotations

from apowacht.plugins.core.listing import LAYERS
from apowacht.plugins.sites.fields import Fields
from apowacht.plugins.sites.model import Contact

CONTACT_KEYS = ("who", "phone", "contract", "note")


def read_contacts(fields: Fields) -> dict[str, Contact]:
    """The contacts of a site's file, each with at least `who`."""
    mapping = fields.mapping("contacts")
    if mapping is None:
        return {}
    notes = fields.notes
    contacts: dict[str, Contact] = {}
    layers = Fields(mapping, LAYERS, notes)
    for layer in (layer for layer in LAYERS if layer in mapping.entries):
        node = layers.mapping(layer)
        if node is None:
            continue
        told = Fields(node, CONTACT_KEYS, notes)
        who = told.text("who", required=True)
        if who:
            contacts[layer] = Contact(who, *(told.text(key) for key in CONTACT_KEYS[1:]))
    return contacts
