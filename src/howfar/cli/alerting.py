"""Telling alerts: on standard error, to a command of the user's, and by the exit code."""

import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import typer

from howfar.cli.console import tell
from howfar.drawing.labels import motion_texts
from howfar.drawing.units import Units, distance_text
from howfar.errors import SettingError
from howfar.pipeline.view import View
from howfar.text import json_text
from howfar.tracking.alerts import Alert, AlertRule, AlertWatch

EXIT_CODE = 3
"""Of a run in which there was an alert."""
MOST_RUNNING = 4
"""Commands that may run at once; an alert beyond them is told alone."""
PATIENCE_S = 10.0
"""How long a command is waited for at the end; what takes longer goes on by itself."""


class Alerting:
    """The alerts of one run.

    Attributes:
        count: How many there were.
    """

    def __init__(self, rules: Sequence[AlertRule], command: str, units: Units) -> None:
        """Nothing has happened yet.

        Raises:
            SettingError: If the command cannot be split into words.
        """
        self.count = 0
        self._rules, self._units = rules, units
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise SettingError(f"{command!r} is no command ({error}): check its quotes.", setting="on_alert") from None
        self._running: list[subprocess.Popen[bytes]] = []

    def watched(self, rows: Iterable[tuple[View, ...]]) -> Iterator[tuple[View, ...]]:
        """The frames of one stream, with the objects marked that break a rule; what begins is told."""
        watch = AlertWatch(self._rules)
        for views in rows:
            yield self._marked(watch, views)

    def marked(self, views: tuple[View, ...]) -> tuple[View, ...]:
        """The same of one picture."""
        return self._marked(AlertWatch(self._rules), views)

    def exit_if_any(self) -> None:
        """Wait for the commands, and end with the exit code of alerts if there were any.

        Raises:
            typer.Exit: If there was an alert.
        """
        for each in self._running:
            with suppress(subprocess.TimeoutExpired):
                each.wait(PATIENCE_S)
        if self.count:
            raise typer.Exit(EXIT_CODE)

    def _marked(self, watch: AlertWatch, views: tuple[View, ...]) -> tuple[View, ...]:
        if not self._rules:
            return views
        first, begun = watch.update(views[0])
        for alert in begun:
            self.count += 1
            tell(alert_text(alert, self._units))
            self._run(alert)
        return (first, *views[1:])

    def _run(self, alert: Alert) -> None:
        """Start the command, with the alert on its standard input and in its environment; it is not waited for."""
        self._running = [each for each in self._running if each.poll() is None]
        if not self._words or len(self._running) >= MOST_RUNNING:
            return
        content = {"alert": alert.rule.text, "source": alert.source, "time_s": alert.time_s, **alert.one.to_dict()}
        told = {"HOWFAR_ALERT": alert.rule.text, "HOWFAR_LABEL": alert.one.label, "HOWFAR_SOURCE": alert.source}
        try:
            process = subprocess.Popen(self._words, stdin=subprocess.PIPE, env={**os.environ, **told})
        except OSError as error:
            tell(f"howfar: {self._words[0]} cannot be run ({error.strerror}): check --on-alert.")
            self._words = []
            return
        self._running.append(process)
        if process.stdin is not None:
            with suppress(OSError), process.stdin as pipe:  # a command need not read it
                pipe.write(json_text(content).encode() + b"\n")


def alert_text(alert: Alert, units: Units) -> str:
    """An alert as a line for people: "Alert person<2: #3 person at 1.8 m, 1.2 m/s, 1.5 s; drive.mp4, 3.20 s"."""
    one = alert.one
    number = "" if one.track is None else f"#{one.track.track_id} "
    what = ", ".join((f"{number}{one.label} at {distance_text(one.depth_m, units)}", *motion_texts(one, units)))
    when = "" if alert.time_s is None else f", {alert.time_s:.2f} s"
    return f"Alert {alert.rule.text}: {what}; {alert.source}{when}"
