"""Draw the pictures of the answers in the user guide, from the demo and a real field.

    .venv/bin/python -P scripts/make_answer_pictures.py [FIELD]

FIELD is a folder with science.fits, template.fits, convolved_template.fits and
candidates_derived.ecsv; without it only the demo's pictures are drawn.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PyQt6.QtWidgets import QApplication

from vetter.core.display.style import DisplayStyle
from vetter.core.judgement.field_fit import fit_rows
from vetter.gui.panels.pictures.png import ExportPicture
from vetter.io.field.stars.measuring import prepare_field_fit
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import demo_input, open_input
from vetter.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PLANES = ("image", "convolved", "diff", "adjusted")
DEMO = {
    "explained": "J213323.69-004731.7",
    "variable": "J213320.16-005139.2",
    "ordinary": "J213325.76-004852.7",
    "nothing": "J213321.41-004819.6",
    "kept": "J213338.75-005220.6",
}
"""Name of the picture to the demo's candidate that it shows."""
REAL = {"real_explained": "1", "real_kept": "3"}


def draw(inputs: list[str], options: InputOptions, chosen: dict[str, str]) -> None:
    """Draw the chosen candidates of an input, and print the answer on each."""
    settings = Settings()
    source = open_input(inputs, options)
    field = source.fields[0]
    fitting, _ = prepare_field_fit(field, source.record, settings.fit, source.default_radius)
    picture = ExportPicture(DisplayStyle.from_settings(settings.display), source.candidates)
    names = [source.candidates.name(row) for row in range(len(source.candidates))]
    for file, name in chosen.items():
        row = names.index(name)
        (fit,) = fit_rows(source, fitting, [row])
        cutout = source.cutout(row, fitting.radius)
        shown = source.fit_cutout(row, fitting.radius, PLANES, fitting.measured)
        for plane in ("convolved", "diff"):
            if plane not in cutout:
                cutout[plane] = shown.get(plane, shown["image"] - shown["convolved"])
        cutout["adjusted"] = fit.residual
        for plane in list(cutout.planes):
            if plane not in PLANES:
                del cutout[plane]
        target = ROOT / "resources" / "answers" / f"{file}.png"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(picture(row, cutout))
        judgement = fitting.judge(fit)
        print(f"{target.name}: {judgement.answer.value}: {judgement.reason}")
    source.close()


def main() -> int:
    app = QApplication([])
    demo, options = demo_input()
    draw([demo], options, DEMO)
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        files = ("science", "template", "convolved_template")
        planes = {
            name: str(folder / f"{file}.fits")
            for name, file in zip(("image", "template", "convolved"), files, strict=True)
        }
        table = str(folder / "candidates_derived.ecsv")
        draw([table], InputOptions(planes=planes), REAL)
    app.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
