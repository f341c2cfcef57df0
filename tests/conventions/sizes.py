"""Sizes of files and functions in sim/ and the share of comments, beside the aims of the project: a report, no test."""

from __future__ import annotations

import ast
import tokenize
from pathlib import Path
from statistics import median

SIM = Path(__file__).parents[2] / "sim"


def function_lengths(path: Path) -> list[int]:
    """Lines of each function, decorators and docstring left out."""
    nodes = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef)]
    return [(n.end_lineno or n.lineno) - n.lineno + 1 - docstring_lines(n) for n in nodes]


def docstring_lines(node: ast.FunctionDef) -> int:
    """Lines that a function's docstring takes."""
    first = node.body[0]
    return (first.end_lineno or first.lineno) - first.lineno + 1 if ast.get_docstring(node) else 0


def comment_lines(path: Path) -> int:
    """Lines that hold nothing but a comment."""
    with path.open("rb") as stream:
        tokens = list(tokenize.tokenize(stream.readline))
    return sum(token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip() for token in tokens)


def main() -> None:
    """Print the report."""
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sorted(SIM.rglob("*.py"))}
    functions = sorted(length for path in sizes for length in function_lengths(path)) or [0]
    written = [lines for lines in sizes.values() if lines > 2] or [0]
    comments = sum(map(comment_lines, sizes))
    print(f"files      {len(sizes):5d}   lines {sum(sizes.values())}")
    print(f"file       median {median(written):5.0f} (aim 130)   longest {max(written)} (aim about 300)")
    print(f"function   median {median(functions):5.0f} (aim 8)     p90 {functions[9 * len(functions) // 10]} (aim 25)")
    print(f"comments   {comments / max(sum(sizes.values()), 1):6.1%} of lines (aim 5%)\n")
    for path, lines in sorted(sizes.items(), key=lambda item: -item[1])[:12]:
        print(f"{lines:5d}  {path.relative_to(SIM.parent)}")


if __name__ == "__main__":
    main()
