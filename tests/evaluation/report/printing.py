"""Reports as a wide terminal shows them."""

from io import StringIO

from rich.console import Console

from howfar.evaluation.report.report import Report, as_tables


def printed(report: Report) -> str:
    """What the report looks like where lines need not be broken."""
    paper = StringIO()
    Console(width=240, file=paper).print(as_tables(report))
    return paper.getvalue()
