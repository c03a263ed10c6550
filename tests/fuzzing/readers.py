"""Each reader: what it is given in order, and what has to come of whatever it is given."""

from __future__ import annotations

import bz2
import json
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.fuzzing import image_samples as images
from tests.fuzzing import list_samples as lists
from tests.fuzzing import own_samples as own
from tests.fuzzing import packet_samples as packets
from vetter.core.cutout_source import CutoutSource
from vetter.core.display.rendering import render
from vetter.core.display.style import DisplayStyle
from vetter.errors import InputError
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.review.cutouts.rendered_cutout import render_cutout

Sample = Callable[[Path], bytes]
PlaneStyle = Callable[[Path], None]
MOST_REAL_BYTES = 2**22


@dataclass(frozen=True)
class Reader:
    """One reader.

    Attributes
    ----------
    file : str
        What its file is called.
    made : tuple of callables
        Each takes a folder to work in, and returns the bytes of a file in order.
    look : callable
        Reads a file as the program does, all that is shown of it.
    real : tuple of str
        Patterns of files among real data.
    beside : callable
        Writes what lies beside the file.
    """

    file: str
    made: tuple[Sample, ...]
    look: PlaneStyle
    real: tuple[str, ...] = ()
    beside: Callable[[Path], None] = lambda folder: None

    def contents(self, folder: Path, real_data: Path | None) -> Iterator[bytes]:
        """Files in order; `folder` is one to work in, where the good planes are."""
        for make in self.made:
            yield make(folder)
        for pattern in self.real:
            for path in [] if real_data is None else sorted(real_data.glob(pattern))[:12]:
                if 0 < path.stat().st_size <= MOST_REAL_BYTES:
                    yield path.read_bytes()


def lay_out(folder: Path) -> None:
    """Planes and a list in order, which damaged files are read together with."""
    (folder / "image.fits").write_bytes(images.image())
    (folder / "other.fits").write_bytes(images.image(1))
    (folder / "list.csv").write_bytes(lists.table("ascii.csv"))
    (folder / "chips.csv").write_bytes(lists.CHIPS)
    (folder / "chips.fits").write_bytes(images.chips())
    (folder / "schema.avsc").write_text(json.dumps(packets.SCHEMA))


def looked_over(source: CutoutSource) -> None:
    """Look at a source as the window does: its list, and cutouts of its first and last rows."""
    try:
        source.read_whole_list()
        candidates = source.candidates
        assert len(candidates) == len(candidates.keys) == len(candidates.x) > 0
        assert len(set(candidates.keys)) == len(candidates)
        assert all(isinstance(note, str) for note in source.notes)
        epochs = source.object_epochs
        for row in sorted({0, 1 % len(candidates), len(candidates) - 1}):
            candidates.candidate(row)
            assert isinstance(candidates.name(row), str)
            assert epochs is None or row in epochs.rows(row)
            _look_at(source, row)
            # Whatever goes wrong is told by the frame, but for faults of the program.
            frame = render_cutout(source, row, source.default_radius, DisplayStyle())
            assert not (frame.error or "").startswith("no cutout: ")
        for fingerprint in source.fingerprints:
            assert fingerprint.role
    finally:
        source.close()


def _look_at(source: CutoutSource, row: int) -> None:
    try:
        cutout = source.cutout(row, 7)
    except InputError:
        # The panels say so; the other rows are not concerned.
        return
    assert len(cutout.position) == 2
    assert len({plane.shape for plane in cutout.planes.values()}) == 1
    pictures, limits = render(cutout.planes, DisplayStyle())
    assert set(limits) <= set(pictures)


def _plane(name: str) -> PlaneStyle:
    def look(path: Path) -> None:
        planes = {"image": str(path.parent.parent / "image.fits"), name: str(path)}
        options = InputOptions(planes=planes)
        looked_over(open_input(str(path.parent.parent / "list.csv"), options))

    return look


def _rubin(path: Path) -> None:
    planes = {"image": str(path), "diff": str(path)}
    planes["template"] = str(path.parent.parent / "other.fits")
    looked_over(open_input(str(path.parent.parent / "list.csv"), InputOptions(planes=planes)))


def _list(path: Path) -> None:
    image = str(path.parent.parent / "image.fits")
    looked_over(open_input(str(path), InputOptions(planes={"image": image})))


def _chips(path: Path) -> None:
    options = InputOptions(planes={"image": str(path)})
    looked_over(open_input(str(path.parent.parent / "chips.csv"), options))


def _list_of_chips(path: Path) -> None:
    image = str(path.parent.parent / "chips.fits")
    looked_over(open_input(str(path), InputOptions(planes={"image": image})))


def _input(path: Path) -> None:
    looked_over(open_input(str(path)))


def _folder(path: Path) -> None:
    looked_over(open_input(str(path.parent)))


def _packets(path: Path) -> None:
    schema = str(path.parent.parent / "schema.avsc")
    looked_over(open_input(str(path), InputOptions(schema=schema)))


def _schema(path: Path) -> None:
    packet = str(path.parent / "1.avro")
    looked_over(open_input(packet, InputOptions(schema=str(path))))


def _schemas(path: Path) -> None:
    packet = str(path.parent / "1.avro")
    looked_over(open_input(packet, InputOptions(schema=str(path.parent))))


def _session(path: Path) -> None:
    from vetter.io.session.session_file import SessionFile

    with SessionFile.open(path, "fuzz") as session:
        decisions = session.decisions()
        # A damaged header can say that older programs may only read it.
        if not session.read_only:
            session.append([decision._replace(id=f"{decision.id}+") for decision in decisions])
        assert session.reviewers() is not None
        session.adjustments()
        assert isinstance(session.settings, dict)
        assert session.position is None or isinstance(session.position, str)
    looked_over(open_input(str(path)))


def _settings(path: Path) -> None:
    from vetter.io.settings_file import load_settings

    load_settings(path)


def _keymap(path: Path) -> None:
    from vetter.gui.actions.keymap import make_keymap
    from vetter.gui.commands import COMMANDS
    from vetter.io.settings_file import load_keymap

    make_keymap(COMMANDS, load_keymap(path))


def _psf(path: Path) -> None:
    from vetter.io.field.stars.psf_file import read_psf

    read_psf(str(path))


def _night(folder: Path) -> None:
    lay_out(folder)


def _triplet(folder: Path) -> None:
    (folder / "7_ref.fits").write_bytes(images.image(1))
    (folder / "7_diff.fits").write_bytes(images.image(2))
    for name in ("8_sci", "8_ref"):
        (folder / f"{name}.fits").write_bytes(images.image(3))


def _cutout_beside(folder: Path) -> None:
    (folder / "good.fits").write_bytes(own.cutout_file(folder.parent))


def _packet_beside(folder: Path) -> None:
    (folder / "1.avro").write_bytes(packets.framed())


def _of(content: Callable[[], bytes]) -> Sample:
    return lambda _folder: content()


_FIELD = ("decam_field/*.fits",)
_IMAGES = ("odd_fits/*.fits", "decam_field/sci*.fits")

READERS: dict[str, Reader] = {
    "image": Reader(
        "a.fits",
        (_of(images.image), _of(images.integers), _of(images.cube)),
        _plane("image"),
        _IMAGES,
    ),
    "rubin": Reader("r.fits", (images.rubin,), _rubin, ("cases/R01_rubin_dp2/visit.fits",)),
    "asinh": Reader("a.fits", (_of(images.asinh),), _plane("template"), ("cases/I0*/*.fits",)),
    "tiles": Reader("a.fits.fz", (_of(images.tiles), _of(images.whole_tiles)), _plane("image")),
    "gzip": Reader("a.fits.gz", (lambda _: images.gz(images.image()),), _plane("image")),
    "bzip2": Reader("a.fits.bz2", (_of(images.image_bz2),), _plane("image")),
    "xz": Reader("a.fits.xz", (_of(images.image_xz),), _plane("image")),
    "chips": Reader("mef.fits", (_of(images.chips),), _chips),
    "list of chips": Reader("l.csv", (lambda _: lists.CHIPS,), _list_of_chips),
    "ldac of chips": Reader("l.ldac", (_of(lists.ldac_of_chips),), _list_of_chips),
    "template": Reader("t.fits", (_of(images.image),), _plane("template"), _FIELD),
    "mask": Reader("m.fits", (_of(images.mask), _of(images.tiles)), _plane("mask")),
    "fits table": Reader("l.fits", (lambda _: lists.table("fits"), _of(lists.wide_table)), _list),
    "ldac": Reader("l.ldac", (_of(lists.ldac),), _list),
    "ecsv": Reader("l.ecsv", (lambda _: lists.table("ascii.ecsv"),), _list, ("*/*.ecsv",)),
    "csv": Reader("l.csv", (lambda _: lists.table("ascii.csv"),), _list, ("*/*.csv",)),
    "dialects": Reader(
        "l.txt", (lambda _: lists.VIZIER, lambda _: lists.table("ascii.latex")), _list
    ),
    "uneven": Reader("l.csv", (lambda _: lists.UNEVEN, lambda _: lists.BLANKS), _list),
    "mpc": Reader("l.txt", (lambda _: lists.MPC, lambda _: lists.ADES), _list),
    "geojson": Reader("l.json", (_of(lists.geojson),), _list),
    "web page": Reader("l.html", (_of(lists.web_page),), _list),
    "json reply": Reader("l.json", (_of(lists.json_reply), _of(lists.json_table)), _list),
    "written": Reader("l.csv", (lambda _: lists.WRITTEN, lambda _: lists.ANGLES), _list),
    "votable": Reader("l.vot", (lambda _: lists.table("votable"),), _list),
    "parquet": Reader("l.parquet", (lambda _: lists.table("parquet"),), _list),
    "regions": Reader("l.reg", (lambda _: lists.REGIONS,), _list),
    "json": Reader("l.jsonl", (_of(lists.json_lines), _of(lists.json_array)), _list),
    "sextractor": Reader("l.cat", (lambda _: lists.SEXTRACTOR,), _list),
    "daophot": Reader("l.mag", (lambda _: lists.DAOPHOT,), _list),
    "daophot ii": Reader("l.als", (lambda _: lists.DAOPHOT_II, lambda _: lists.APERTURES), _list),
    "cutout": Reader("c.fits", (own.cutout_file,), _input, ("stdpipe/*.fits",)),
    "cutouts": Reader("c.fits", (own.cutout_file,), _folder, (), _cutout_beside),
    "triplets": Reader("7_sci.fits", (_of(images.image),), _folder, (), _triplet),
    "avro": Reader(
        "p.avro",
        (_of(packets.container), lambda _: packets.container("deflate")),
        _packets,
        ("alerts/*/*.avro",),
    ),
    "json packets": Reader(
        "p.json",
        (lambda _: packets.json_lines(), lambda _: packets.json_array()),
        _packets,
    ),
    "npy": Reader("p.npy", (lambda _: packets.array(),), _input),
    "npz": Reader("p.npz", (lambda _: packets.array(packed=True),), _input),
    "framed": Reader("p.avro", (_of(packets.framed),), _packets),
    "schema": Reader(
        "s.avsc",
        (lambda _: json.dumps(packets.SCHEMA).encode(),),
        _schema,
        (),
        _packet_beside,
    ),
    "schemas": Reader(
        "7.json", (lambda _: packets.registry_answer(),), _schemas, (), _packet_beside
    ),
    "rubin avro": Reader("p.avro", (lambda _: packets.rubin(),), _input),
    "alert parquet": Reader(
        "p.parquet",
        (_of(packets.alert_parquet),),
        _packets,
        ("alerts/*/*.parquet", "labelled/*.parquet"),
    ),
    "tar": Reader("p.tar", (_of(packets.tar),), _packets),
    "tar.gz": Reader("p.tar.gz", (lambda _: packets.tar(packed=True),), _packets),
    "tar.bz2": Reader("p.tar.bz2", (lambda _: bz2.compress(packets.tar()),), _packets),
    "tar.xz": Reader("p.tar.xz", (lambda _: lzma.compress(packets.tar()),), _packets),
    "zip": Reader("p.zip", (lambda _: packets.zipped(),), _packets),
    "field file": Reader("night.toml", (_of(own.night),), _input, (), _night),
    "session": Reader("s.vetter", (own.session,), _session),
    "settings": Reader("settings.toml", (lambda _: own.SETTINGS,), _settings),
    "keymap": Reader("keymap.toml", (lambda _: own.KEYMAP,), _keymap),
    "psf": Reader("p.fits", (_of(images.psf), _of(images.psfex)), _psf),
}
