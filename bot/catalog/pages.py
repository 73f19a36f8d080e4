"""Pages of the documentation that are made from the catalog."""

from itertools import groupby

from bot.catalog.records import ErrorEntry

HEAD = """# Errors that are known

Made from `data/errors` by `python -m bot catalog pages`. Ask for one with `/error`, by pasting the log, in your own
words, or by its name.
"""


def errors_page(entries: list[ErrorEntry]) -> str:
    """Each category with its entries, as Markdown."""
    parts = [HEAD]
    ordered = sorted(entries, key=lambda entry: (entry.category, entry.title.casefold()))
    for category, some in groupby(ordered, key=lambda entry: entry.category):
        rows = [f"| {entry.title} | {', '.join(entry.tools) or '–'} | `{entry.id}` |" for entry in some]
        parts.append(
            "\n".join((f"## {category} ({len(rows)})\n", "| error | tools | name |", "|---|---|---|", *rows, ""))
        )
    return "\n".join(parts)
