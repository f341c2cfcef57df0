"""Refreshes the pictures of the gallery and of the README from results: `make gallery`.

Pictures are kept small: as wide as a column, in few colours.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import typst
from PIL import Image

ROOT = Path(__file__).parents[1]
WIDTH, COLOURS = 1000, 128
DECISION, FILING, SWEEP = "stability_2023_10", "stability_2023_10_filing", "commitment_and_growth"
FIRST_PAGE = b"#set page(width: auto, height: auto, margin: 0pt)\n#image(\"/memo.pdf\", page: 1)"
PICTURES = {
    DECISION: ("policies-*", "do-nothing-*", "*-tornado", "licence-then-file-ends"),
    FILING: ("policies-filing",),
    SWEEP: ("launch-subscription-map",),
}


def newest(experiment: str) -> Path:
    """The newest result of an experiment."""
    found = (ROOT / "results" / experiment).glob("*/manifest.json")
    return max(found, key=lambda path: path.stat().st_mtime).parent


def save_small(picture: Image.Image, place: Path) -> None:
    """Save a picture in few colours, no wider than a column."""
    size = (WIDTH, round(picture.height * WIDTH / picture.width))
    picture.convert("RGB").resize(size, Image.Resampling.LANCZOS).quantize(COLOURS).save(place, optimize=True)


def refresh() -> None:
    """Take the figures and the first page of the memo from the newest results."""
    for experiment, patterns in PICTURES.items():
        for pattern in patterns:
            for path in sorted((newest(experiment) / "plots").glob(f"{pattern}.png")):
                save_small(Image.open(path), ROOT / "docs/gallery" / path.name)
    first = typst.compile(FIRST_PAGE, root=newest(DECISION), format="png", ppi=150)
    save_small(Image.open(io.BytesIO(first)), ROOT / "docs/memo.png")
    for name in ("plots/policies-ends.png", "summary.csv"):
        shutil.copy(newest(DECISION) / name, ROOT / "results/example")


if __name__ == "__main__":
    refresh()
