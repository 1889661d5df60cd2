"""The command line around a check: options in, one answer out, and the right exit code always.

click reads the options; its own exits are not used, because a usage error would leave with 2,
which a monitoring server reads as CRITICAL.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from apowacht.plugins.core.check import Options
from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import OwnTrouble, Trouble
from apowacht.plugins.core.options import Answered
from apowacht.plugins.core.report import Finding, Report, State
from apowacht.plugins.core.site_option import is_site_file, read_part, texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apowacht.plugins.core.check import Check
    from apowacht.plugins.sites.model import Contact
    from apowacht.plugins.sites.one import One

GRACE_SECONDS = 0.6
"""How long after the deadline a run that hangs all the same is ended."""


class Command(click.Command):
    """A check's command: its short options are found at the first look, and `--site FILE` is read.

    click looks every `-H` up among the long options first, and for each that is not there it
    searches for similar names: two milliseconds for an ordinary command line.
    """

    def __init__(self, check: Check) -> None:
        super().__init__(
            f"check_apo_{check.name}",
            params=list(check.options),
            help=check.doc,
            add_help_option=False,
            context_settings={"max_content_width": 100, "auto_envvar_prefix": None},
        )
        self.check = check

    def make_parser(self, ctx: click.Context) -> Any:
        """click's parser, which also finds `-H` among the long options."""
        parser = super().make_parser(ctx)
        parser._long_opt.update(parser._short_opt)
        return parser

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the line, and behind it what a site file says of the check.

        The file's options are click's `default_map`: whatever stands on the line wins, and an
        option that can be repeated is replaced as a whole. `ctx.obj` is the file's part, None
        without a file.
        """
        if any(argument.startswith("--site") for argument in args):
            told = self.make_parser(ctx).parse_args(list(args))[0]
            if is_site_file(told.get("site")) and not {"help", "version"} & told.keys():
                ctx.obj = read_part(self.check, told, language(told.get("lang")))
                ctx.default_map = texts(self.check, ctx.obj, told)
        return super().parse_args(ctx, args)


def language(told: str | None) -> str:
    """The language of the answer: the one told, else that of the environment, else German."""
    lang = told or os.environ.get("APOWACHT_LANG", "de")
    return lang if lang in ("de", "en") else "de"


def command(check: Check) -> click.Command:
    """The check's click command: its options and its help, nothing that runs."""
    return Command(check)


def parse(check: Check, argv: Sequence[str]) -> Options:
    """The options of one run. Raises OwnTrouble for every usage error."""
    return begin(values(check, argv))


def values(check: Check, argv: Sequence[str]) -> dict[str, Any]:
    """What a command line says, by the options' long names; the same for any number of runs.

    With `--site FILE` the site, the name and the options not given are those of the file, and
    `contacts` its contacts by layer. Raises OwnTrouble for every usage error, and for a file that
    cannot be used.
    """
    try:
        context = command(check).make_context(f"check_apo_{check.name}", list(argv))
    except click.exceptions.UsageError as error:
        raise _usage(error) from None
    if not context.params["timeout"] > 0:
        raise OwnTrouble("bad_duration", option="--timeout", text="0")
    if context.obj is not None:
        part: One = context.obj
        context.params.update(site=part.site, name=part.name, contacts=part.contacts)
    return context.params


def begin(told: Mapping[str, Any], timeout: float | None = None) -> Options:
    """The options of a run that begins now; its deadline is `timeout` seconds from here."""
    from datetime import UTC, datetime

    from apowacht.plugins.core.state import Store

    options = Options(**told)
    options.judged_at = told["now"]
    options.contacts = told.get("contacts")
    options.deadline = Deadline(options.timeout if timeout is None else timeout)
    options.now = datetime.now(UTC)
    options.store = Store(options.state_dir)
    options.secrets = []
    return options


def _usage(error: click.exceptions.UsageError) -> OwnTrouble:
    """click's usage errors as our own kinds."""
    if isinstance(error, click.exceptions.NoSuchOption):
        from difflib import get_close_matches

        near = get_close_matches(error.option_name, error.possibilities or (), 1)
        hint = f" ({near[0]}?)" if near else ""
        return OwnTrouble("unknown_option", option=error.option_name, hint=hint)
    if isinstance(error, click.exceptions.BadOptionUsage):
        return OwnTrouble("missing_value", option=error.option_name)
    if isinstance(error, click.exceptions.BadParameter):
        return _bad_parameter(error)
    text = error.message.partition("(")[2].rstrip(")") or error.message
    return OwnTrouble("unexpected_argument", text=text)


def _bad_parameter(error: click.exceptions.BadParameter) -> OwnTrouble:
    from apowacht.plugins.core.limits import option_name

    name = option_name(error.param)
    kind = error.param.type if error.param is not None else None
    # click keeps the rejected value in its message only: `'xml' is not …`, `0 is not …`.
    text = error.message.split("'")[1] if "'" in error.message else error.message.split(" ")[0]
    if isinstance(kind, click.Choice):
        return OwnTrouble("bad_choice", option=name, text=text, choices=", ".join(kind.choices))
    if isinstance(kind, click.IntRange):
        return OwnTrouble("bad_number", option=name, text=text, least=kind.min, most=kind.max)
    return OwnTrouble("bad_value", option=name, detail=error.message.rstrip("."))


def main(check: Check, argv: Sequence[str] | None = None) -> NoReturn:
    """Run the check once and leave with its state.

    Leaves by `os._exit`: tearing the interpreter down costs more than the check's judgement, and
    a thread that still waits for a name server must not hold the answer.
    """
    import gc

    gc.disable()  # a run lives for milliseconds; collecting costs a tenth of them
    arguments = list(sys.argv[1:] if argv is None else argv)
    voice = Voice(check, arguments)
    replay = None
    try:
        options = parse(check, arguments)
        voice.secrets = options.secrets
        voice.know(options)
        replay = options.replay
        voice.watch(options.deadline)
        report = check.run(options)
        voice.leave(report)
    except Answered as asked:
        voice.leave_with(State.UNKNOWN, _asked(check, asked))
    except BaseException as error:  # whatever it is: one line and UNKNOWN, never exit code 1 or 2
        trouble = trouble_of(error, replay)
        voice.leave(own(check, trouble), error if trouble.reason in UNEXPECTED else None)


UNEXPECTED = ("internal", "replay_broken")
"""Reasons of `trouble_of` that stand for an exception which nobody foresaw."""


def trouble_of(error: BaseException, replay: str | None = None) -> OwnTrouble:
    """What an exception of a run means; `replay` is the recording that was judged, if any."""
    if isinstance(error, OwnTrouble):
        return error
    if isinstance(error, ImportError):
        return OwnTrouble("missing_module", detail=error.name or str(error))
    return _internal(error, replay)


def _internal(error: BaseException, replay: str | None) -> OwnTrouble:
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = (
        f" ({os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno})"
        if where
        else ""
    )
    detail = f"{type(error).__name__}{place}"
    if replay:  # a live answer is checked on the wire; a file may have been edited anyhow
        return OwnTrouble("replay_broken", file=replay, detail=detail)
    return OwnTrouble("internal", detail=detail)


def own(check: Check, trouble: Trouble) -> Report:
    """The report of a run that failed by itself."""
    finding = Finding("monitor.trouble", State.UNKNOWN, {"trouble": trouble})
    return Report(check.name, (finding,))


def _asked(check: Check, asked: Answered) -> str:
    if asked.kind == "help":
        return asked.ctx.get_help()
    from apowacht.plugins.core.version import VERSION

    return f"check_apo_{check.name} (apowacht) {VERSION}"


class Voice:
    """Says one answer on stdout, once, and ends the process.

    Two threads may want to speak: the run itself, and the watch that ends a hanging run. The
    first one to take the turn does.
    """

    def __init__(self, check: Check, argv: Sequence[str]) -> None:
        self.check = check
        self.lang = language(_early(argv, "--lang", ("de", "en")))
        self.output = _early(argv, "--output", ("nagios", "checkmk", "prtg", "json")) or "nagios"
        self.service = _early(argv, "--service")
        if self.service is None and is_site_file(_early(argv, "--site")):
            self.service = _early(argv, "--name")  # the service is the same when the file is broken
        self.contacts: Mapping[str, Contact] | None = None
        self.verbose = sum(a.count("v") for a in argv if a[:1] == "-" and not a.strip("-v"))
        self.verbose += sum(a == "--verbose" for a in argv)
        self.secrets: list[str] = []
        self._turn: list[int] = [1]

    def know(self, options: Options) -> None:
        """Take over what a site file says beside the options."""
        self.contacts = options.contacts
        if self.contacts is not None and self.service is None:
            self.service = options.name

    def watch(self, deadline: Deadline) -> None:
        """End the run shortly after its deadline, whatever it hangs in."""
        import threading

        def end() -> None:
            trouble = OwnTrouble("deadline", seconds=deadline.seconds)
            self.leave(own(self.check, trouble))

        timer = threading.Timer(deadline.remaining() + GRACE_SECONDS, end)
        timer.daemon = True
        timer.start()

    def leave(self, report: Report, error: BaseException | None = None) -> NoReturn:
        """Say the report and exit with its state."""
        from apowacht.plugins.core.render import say

        text = say(
            report, self.lang, self.output,
            service=self.service, verbose=self.verbose, contacts=self.contacts,
        )  # fmt: skip
        if error is not None and self.verbose >= 3 and self.output == "nagios":
            import traceback

            text += "\n" + "".join(traceback.format_exception(error)).rstrip()
        self.leave_with(report.state, text)

    def leave_with(self, state: State, text: str) -> NoReturn:
        """Say a text and exit with a state; the second caller waits for the end."""
        try:
            self._turn.pop()
        except IndexError:
            import time

            while True:
                time.sleep(60)
        if self.secrets:
            from apowacht.plugins.core.secret import mask

            text = mask(text, self.secrets)
        _print(text)
        os._exit(state.value)


def _early(argv: Sequence[str], name: str, choices: Sequence[str] = ()) -> str | None:
    """An option's value before click has read the line: it shapes usage errors as well."""
    found = None
    for index, argument in enumerate(argv):
        if argument == name:
            found = argv[index + 1] if index + 1 < len(argv) else None
        elif argument.startswith(f"{name}="):
            found = argument.partition("=")[2]
    return found if found in choices or not choices else None


ASCII = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ß": "ss",
        "é": "e",
        "«": '"',
        "»": '"',
        "…": "...",
        "°": " ",
        "–": "-",
    }
)


def _print(text: str) -> None:
    """Text to stdout in its encoding; letters that it lacks are spelt out."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        data = text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        data = text.translate(ASCII).encode("ascii", "replace")
    try:
        sys.stdout.flush()
        rest = memoryview(data + b"\n")
        while rest:
            rest = rest[os.write(1, rest) :]
    except OSError:
        pass  # the reader has gone; the exit code still tells the state
