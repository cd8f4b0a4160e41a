"""`python -m docs.generate`: write every generated part of the documentation anew."""

from __future__ import annotations

import sys

from docs.generate.blocks import DOCS, pages, renewed


def main() -> None:
    """Renew the pages that are not as they must be, and name them."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        new = renewed(text)
        if new != text:
            page.write_text(new, encoding="utf-8")
            sys.stdout.write(f"{page.relative_to(DOCS.parent)}\n")


if __name__ == "__main__":
    main()
