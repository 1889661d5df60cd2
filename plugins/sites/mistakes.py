"""What can be wrong in a configuration file, by kind, in German and English; and who notes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.core.words import clean, pick, trouble_sentence
from apowacht.plugins.sites.explain import nearest
from apowacht.plugins.sites.model import Mistake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.plugins.core.advice import Text
    from apowacht.plugins.core.errors import Trouble

LONGEST_VALUE = 160

TEXTS: Mapping[str, Text] = {
    # The file as a whole.
    "unreadable": ("nicht lesbar: {detail}", "cannot be read: {detail}"),
    "empty_file": (
        "leer; eine Apotheke beginnt mit «site: NAME» (zum Abschalten die Datei umbenennen)",
        "empty; a pharmacy begins with «site: NAME» (to switch it off, rename the file)",
    ),
    "not_utf8": ("kein UTF-8; die Datei als UTF-8 speichern", "not UTF-8; save the file as UTF-8"),
    "yaml_control": (
        "ein Steuerzeichen, das in YAML nicht stehen darf",
        "a control character that YAML does not allow",
    ),
    "yaml_tab": (
        "mit Tabulator eingerückt; YAML erlaubt dafür nur Leerzeichen",
        "indented with a tab; YAML allows blanks only",
    ),
    "yaml_syntax": ("kein gültiges YAML: {detail}", "not valid YAML: {detail}"),
    "yaml_documents": (
        "ein zweites YAML-Dokument (---); je Datei nur eines",
        "a second YAML document (---); one per file",
    ),
    "yaml_alias": (
        "ein Verweis (*) ohne Anker (&); war ein Text gemeint, gehört er in Anführungszeichen",
        "an alias (*) without its anchor (&); if a text is meant, put it in quotes",
    ),
    "yaml_deep": ("tiefer als {most} Ebenen", "deeper than {most} levels"),
    "yaml_many": (
        "mehr als {most} Werte, Verweise mitgezählt",
        "more than {most} values, aliases counted",
    ),
    "yaml_tag": (
        "die YAML-Auszeichnung {tag} ist hier nicht erlaubt; war ein Text gemeint, gehört er in Anführungszeichen",
        "the YAML tag {tag} is not allowed here; if a text is meant, put it in quotes",
    ),
    "yaml_key": ("ein Schlüssel muss ein Wort sein", "a key must be a word"),
    "yaml_merge": ("«<<» braucht einen Verweis auf Schlüssel", "«<<» needs an alias of a mapping"),
    "key_twice": (
        "«{key}» steht schon in Zeile {first}",
        "«{key}» stands in line {first} already",
    ),
    # Keys and kinds of value.
    "want_mapping": (
        "{key}: hier gehören Schlüssel mit Werten hin",
        "{key}: keys with values belong here",
    ),
    "want_list": (
        "{key}: hier gehört eine Liste hin (Zeilen mit «- »)",
        "{key}: a list belongs here (lines with «- »)",
    ),
    "want_text": ("{key}: hier gehört ein Text hin", "{key}: a text belongs here"),
    "no_value": ("{key}: der Wert fehlt", "{key}: the value is missing"),
    "empty_list": ("{key}: die Liste ist leer", "{key}: the list is empty"),
    "unknown_key": ("«{key}» gibt es hier nicht{hint}", "there is no «{key}» here{hint}"),
    "missing_key": ("«{key}» fehlt", "«{key}» is missing"),
    "bad_choice": (
        "{key}: «{text}» gibt es nicht{hint}; möglich: {choices}",
        "{key}: there is no «{text}»{hint}; choose from {choices}",
    ),
    "too_long": (
        "{key}: länger als {most} Zeichen",
        "{key}: longer than {most} characters",
    ),
    "control_character": (
        "{key}: enthält ein Steuerzeichen oder einen Zeilenumbruch",
        "{key}: holds a control character or a line break",
    ),
    "bool_meant": (
        "{key}: «{text}» ist kein Wert dieser Option; ist der Text gemeint, in Anführungszeichen",
        "{key}: «{text}» is no value of this option; if the text is meant, put it in quotes",
    ),
    "want_bool": (
        "{key}: ein Schalter, also true oder false",
        "{key}: a switch, so true or false",
    ),
    "want_number": (
        "{key}: «{text}» ist keine ganze Zahl ab {least}",
        "{key}: «{text}» is no whole number from {least}",
    ),
    # Sites and checks.
    "site_or_modules": (
        "eine Datei hat entweder «site» oder «modules»",
        "a file has either «site» or «modules»",
    ),
    "bad_name": (
        "{key}: «{text}» taugt nicht für Adressen; nur Buchstaben ohne Umlaute, Ziffern, - _ . und höchstens 63 Zeichen{example}",
        "{key}: «{text}» is not fit for addresses; ASCII letters, digits, - _ . only, and at most 63 characters{example}",
    ),
    "bad_check_name": (
        "{key}: «{text}» taugt nicht als Name; höchstens 63 druckbare Zeichen ohne / \" \\ oder senkrechten Strich",
        "{key}: «{text}» is not fit for a name; at most 63 printable characters without / \" \\ or a vertical bar",
    ),
    "site_twice": (
        "«{name}» heißt auch die Apotheke in {other}; keine der beiden Dateien gilt",
        "the pharmacy in {other} is called «{name}», too; neither file counts",
    ),
    "module_twice": (
        "das Modul «{name}» steht auch in {other}; keines der beiden gilt",
        "the module «{name}» also stands in {other}; neither counts",
    ),
    "name_twice": (
        "«{name}» heißt schon die Prüfung in Zeile {first}; mit «name:» unterscheiden",
        "the check in line {first} is called «{name}» already; tell them apart with «name:»",
    ),
    "unknown_option": (
        "check_apo_{check} hat keine Option «{key}»{hint}",
        "check_apo_{check} has no option «{key}»{hint}",
    ),
    # Device sections.
    "section_lonely": (
        "«{key}» sagt nichts ohne {others}",
        "«{key}» says nothing without {others}",
    ),
    "off_nothing": (
        "check_apo_{check} ergibt sich aus keinem Abschnitt; was es nicht gibt, lässt sich nicht abschalten",
        "check_apo_{check} follows from no section; what is not there cannot be switched off",
    ),
    "off_other": (
        "keine Prüfung «{name}» ergibt sich aus einem Abschnitt{hint}; check_apo_{check} heißt hier {choices}",
        "no check «{name}» follows from a section{hint}; check_apo_{check} is called {choices} here",
    ),
    "all_off": ("keine Prüfung ist übrig", "no check is left"),
    "value_twice": (
        "{key}: «{text}» steht schon in Zeile {first}",
        "{key}: «{text}» stands in line {first} already",
    ),
    "bad_alias": (
        "{key}: «{text}» taugt nicht als Name eines Geräts (zu lang, oder mit einem Zeichen, das dort nicht geht)",
        "{key}: «{text}» is not fit for a device's name (too long, or with a character that will not do there)",
    ),
    "terminal_unknown": (
        "Terminal «{text}» wird so nie geprüft: «terminal» (wie der Konnektor es nennt) oder «hostname» fehlt",
        "terminal «{text}» can never be checked like this: «terminal» (what the Konnektor calls it) or «hostname» is missing",
    ),
    "bad_day": (
        "{key}: «{text}» ist kein Tag; zum Beispiel 2026-11-24",
        "{key}: «{text}» is no day; for example 2026-11-24",
    ),
    "comma": (
        "{key}: «{text}» enthält ein Komma, das geht hier nicht",
        "{key}: «{text}» holds a comma, which will not do here",
    ),
    "secret_inline": (
        "Geheimnisse stehen nicht in dieser Datei; «{key}» nennt die Datei, in der es steht",
        "secrets do not stand in this file; «{key}» names the file that holds it",
    ),
    "command_line_only": (
        "«{key}» gibt es nur auf der Befehlszeile",
        "«{key}» is for the command line only",
    ),
    "from_target": (
        "«{key}» kommt bei einem Modul aus der Anfrage (target)",
        "«{key}» of a module comes from the request (target)",
    ),
    "one_value": (
        "{key}: nur ein Wert möglich, keine Liste",
        "{key}: one value only, no list",
    ),
    "option_missing": (
        "check_apo_{check} braucht {keys}",
        "check_apo_{check} needs {keys}",
    ),
    "port_4742": (
        "{key}: Port 4742 gehört den Kartenterminals und wird nie verbunden",
        "{key}: port 4742 belongs to the card terminals and is never connected to",
    ),
    "file_unreadable": ("{key}: {file}: {detail}", "{key}: {file}: {detail}"),
    "secret_open": (
        "{key}: {file} darf jeder lesen (Rechte {mode}); chmod o-rwx",
        "{key}: everybody may read {file} (mode {mode}); chmod o-rwx",
    ),
    "bad_interval": (
        "interval: «{text}» ist keine Dauer von {least} bis {most}; zum Beispiel 60 oder 5m",
        "interval: «{text}» is no duration from {least} to {most}; for example 60 or 5m",
    ),
    "timeout_long": (
        "timeout ({timeout}) ist länger als interval ({interval})",
        "timeout ({timeout}) is longer than interval ({interval})",
    ),
    "bad_target": (
        "targets: «{text}» ist weder Name, Adresse, Netz (10.1.0.0/24) noch Muster (10.1.*.20)",
        "targets: «{text}» is no name, address, network (10.1.0.0/24) or pattern (10.1.*.20)",
    ),
    "target_anything": (
        "targets: «{text}» passt auf jedes Ziel; so dürfte jeder alles befragen lassen",
        "targets: «{text}» fits every target; anybody could have anything asked",
    ),
    # Maintenance.
    "window_kind": (
        "ein Fenster braucht «from» und «to» oder «weekly», nicht beides",
        "a window needs «from» and «to», or «weekly», not both",
    ),
    "window_time": (
        "{key}: «{text}» ist kein Zeitpunkt; zum Beispiel 2026-12-01 22:00",
        "{key}: «{text}» is no moment; for example 2026-12-01 22:00",
    ),
    "window_weekly": (
        "weekly: «{text}» ist nicht zu verstehen; zum Beispiel So 03:00-05:00",
        "weekly: «{text}» cannot be understood; for example So 03:00-05:00",
    ),
    "window_order": ("das Fenster endet, bevor es beginnt", "the window ends before it begins"),
    "window_check": (
        "checks: diese Apotheke hat keine Prüfung «{text}»{hint}",
        "checks: this site has no check «{text}»{hint}",
    ),
    "timezone": (
        "timezone: «{text}» gibt es nicht{hint}; zum Beispiel Europe/Berlin",
        "timezone: there is no «{text}»{hint}; for example Europe/Berlin",
    ),
    # The web file.
    "inline_and_file": (
        "«{key}» und «{other}» schließen einander aus",
        "«{key}» and «{other}» exclude each other",
    ),
    "one_of_missing": ("«{key}» oder «{other}» fehlt", "«{key}» or «{other}» is missing"),
    "tls_unusable": ("{key}: {detail}", "{key}: {detail}"),
    "versions": (
        "min_version ist höher als max_version",
        "min_version is higher than max_version",
    ),
    "no_cipher": (
        "cipher_suites: davon beherrscht dieses OpenSSL keine",
        "cipher_suites: this OpenSSL has none of them",
    ),
    "client_auth_unsupported": (
        "client_auth_type: «{text}» prüft das Zertifikat nicht und wird hier nicht angeboten; RequireAndVerifyClientCert oder VerifyClientCertIfGiven",
        "client_auth_type: «{text}» does not verify the certificate and is not offered here; RequireAndVerifyClientCert or VerifyClientCertIfGiven",
    ),
    "client_ca_unused": (
        "{key}: ohne client_auth_type wird kein Zertifikat verlangt",
        "{key}: without client_auth_type no certificate is asked for",
    ),
    "client_ca_missing": (
        "client_auth_type: {text} braucht client_ca_file",
        "client_auth_type: {text} needs client_ca_file",
    ),
    "sans_unused": (
        "client_allowed_sans braucht client_auth_type: RequireAndVerifyClientCert",
        "client_allowed_sans needs client_auth_type: RequireAndVerifyClientCert",
    ),
    "bcrypt": (
        "basic_auth_users: das Kennwort von «{user}» ist kein bcrypt-Hash ($2y$...); zum Beispiel mit htpasswd -nBC 10 NAME erzeugen",
        "basic_auth_users: the password of «{user}» is no bcrypt hash ($2y$...); make one, for example with htpasswd -nBC 10 NAME",
    ),
    "bcrypt_cost": (
        "basic_auth_users: «{user}»: Aufwand {cost} ist nicht {least} bis {most}; üblich ist 10",
        "basic_auth_users: «{user}»: cost {cost} is not {least} to {most}; usual is 10",
    ),
    "bad_go_duration": (
        "{key}: «{text}» ist keine Dauer; zum Beispiel 1s oder 100ms",
        "{key}: «{text}» is no duration; for example 1s or 100ms",
    ),
    "bad_user": (
        "basic_auth_users: «{user}» geht nicht (leer, Doppelpunkt oder Steuerzeichen)",
        "basic_auth_users: «{user}» will not do (empty, colon or control character)",
    ),
    "bad_header": (
        "{key}: «{text}» ist kein Wert für diese Kopfzeile{hint}",
        "{key}: «{text}» is no value of this header{hint}",
    ),
}  # fmt: skip

_MEANT = ("; gemeint: «{near}»?", "; did you mean «{near}»?")
_EXAMPLE = (", zum Beispiel «{example}»", ", for example «{example}»")


class Notes:
    """The mistakes of one file, as they are found.

    Call it with a line, a kind and the values of its text; `near` fills `{hint}`.
    """

    def __init__(self, file: str, lang: str) -> None:
        self.file = file
        self.lang = lang
        self.found: list[Mistake] = []

    def __call__(self, line: int, kind: str, **values: object) -> None:
        """Note a mistake of one of the kinds of TEXTS."""
        near, example = values.pop("near", None), values.pop("example", None)
        shown = {name: clean(str(value), LONGEST_VALUE) for name, value in values.items()}
        shown["hint"] = pick(_MEANT, self.lang).format(near=near) if near else ""
        shown["example"] = pick(_EXAMPLE, self.lang).format(example=example) if example else ""
        self.found.append(Mistake(self.file, line, pick(TEXTS[kind], self.lang).format(**shown)))

    def trouble(self, line: int, trouble: Trouble) -> None:
        """What a check's own options complain about, in the check's own words."""
        text = clean(trouble_sentence(trouble, self.lang), 2 * LONGEST_VALUE)
        if trouble.reason == "bad_choice":
            choices = str(trouble.values["choices"]).split(", ")
            near = nearest(str(trouble.values["text"]), choices)
            text += pick(_MEANT, self.lang).format(near=near) if near else ""
        self.found.append(Mistake(self.file, line, text))

    def sorted(self) -> tuple[Mistake, ...]:
        """All of them in the order of the lines, each once."""
        return tuple(sorted(dict.fromkeys(self.found), key=lambda mistake: mistake.line))
