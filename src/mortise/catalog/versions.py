"""Protocols kept as they were: a file for each version, named by its hash, so that old decisions replay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from mortise.catalog import _build
from mortise.catalog._decode import Faults
from mortise.catalog.content import Content, hash_of, whole_of
from mortise.errors import ContentError, ContentFaults
from mortise.protocol import Exercise, Protocol
from mortise.record import ProtocolPin
from mortise.terms import Measure

FOLDER = "protocols"  # of a store


class _Whole(Struct, frozen=True, forbid_unknown_fields=True):
    protocol: Protocol
    measures: tuple[Measure, ...]
    exercises: tuple[Exercise, ...]


@dataclass(frozen=True, eq=False)
class OtherVersion:
    """Content in which one protocol is another than the one installed; what it does not hold is as installed.

    Attributes
    ----------
    only : Protocol
        The protocol.
    hash : str
        Its hash.
    measures, exercises : mapping
        Its own over those installed.
    """

    only: Protocol
    hash: str
    measures: Mapping[str, Measure]
    exercises: Mapping[str, Exercise]

    def protocol(self, protocol_id: str) -> Protocol:
        """Return the protocol; raise `ContentError` for any other."""
        if protocol_id != self.only.id:
            raise ContentError(f"this is a version of {self.only.id!r}, not of {protocol_id!r}.")
        return self.only

    def protocol_hash(self, protocol_id: str) -> str:
        """Return its hash; raise `ContentError` for any other."""
        self.protocol(protocol_id)
        return self.hash


def keep(content: Content, protocol_id: str, folder: Path) -> Path:
    """Write a protocol, as it is installed, into a folder of versions; one that is there is left alone.

    Parameters
    ----------
    content : Content
        Where it is installed.
    protocol_id : str
        Which.
    folder : Path
        Is made when it is missing.

    Returns
    -------
    Path
        The file, named by the hash: the SHA-256 of what it holds.
    """
    path = folder / f"{content.protocol_hash(protocol_id)}.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(whole_of(content.protocol(protocol_id), content.measures, content.exercises))
        unfinished.replace(path)
    return path


class Versions:
    """Every version of a protocol that is at hand: the one installed, and those kept in folders.

    Attributes
    ----------
    content : Content
        What is installed.
    """

    def __init__(self, content: Content, folders: Iterable[Path] = ()) -> None:
        """Look nowhere yet.

        Parameters
        ----------
        content : Content
            What is installed.
        folders : iterable of Path
            Where versions are kept.
        """
        self.content = content
        self._folders = tuple(folders)
        self._found: dict[str, Content | OtherVersion | None] = {}

    def at(self, pin: ProtocolPin) -> Content | OtherVersion | None:
        """Return the content a decision was made under.

        Parameters
        ----------
        pin : ProtocolPin
            As the decision names it.

        Returns
        -------
        Content, OtherVersion or None
            None when this version is not at hand.

        Raises
        ------
        ContentError
            When a file of that name holds something else.
        """
        if pin.hash not in self._found:
            self._found[pin.hash] = self._look_for(pin)
        return self._found[pin.hash]

    def _look_for(self, pin: ProtocolPin) -> Content | OtherVersion | None:
        installed = self.content
        if pin.id in installed.protocol_ids and installed.protocol_hash(pin.id) == pin.hash:
            return installed
        for folder in self._folders:
            path = folder / f"{pin.hash}.json"
            if path.is_file():
                return read_version(path, installed)
        return None


def read_version(path: Path, installed: Content) -> OtherVersion:
    """Read a version that was kept.

    Parameters
    ----------
    path : Path
        Named by the hash.
    installed : Content
        For measures and exercises that the version does not name.

    Returns
    -------
    OtherVersion
        The protocol with its own measures and exercises.

    Raises
    ------
    ContentError
        When the file does not hold what its name says, or cannot be read by this release.
    """
    held = path.read_bytes()
    if hashlib.sha256(held).hexdigest() != path.stem:
        raise ContentError(
            "does not hold what its name says.", where=str(path), mend="Take it from a backup."
        )
    try:
        whole = msgspec.json.decode(held, type=_Whole)
    except msgspec.ValidationError as error:
        raise ContentError(
            f"cannot be read by this release: {error}.", where=str(path), mend="Replay it with the release it is of."
        ) from None  # fmt: skip
    return _over(whole.protocol, path.stem, whole.measures, whole.exercises, installed)


def changed(path: Path, protocol_id: str, installed: Content) -> OtherVersion:
    """Read a protocol that somebody has changed.

    Parameters
    ----------
    path : Path
        A `protocol.toml`, its folder, or a file of a version that was kept. Where it lies in a content folder of its
        own, measures and exercises of that folder count.
    protocol_id : str
        The protocol it is a change of; a file says its own name only by the folder it lies in.
    installed : Content
        For measures and exercises otherwise.

    Returns
    -------
    OtherVersion
        The protocol. Nothing is proved of it.

    Raises
    ------
    ContentError
        When there is no such file, or it is malformed: every fault with its place.
    """
    if path.is_dir():
        path = path / "protocol.toml"
    if not path.is_file():
        raise ContentError(
            "there is no such protocol.", where=str(path), mend="Name a protocol.toml or the folder it is in."
        )
    if path.suffix == ".json":
        return read_version(path, installed)
    path = path.resolve()
    faults = Faults()
    folder, root = path.parent, path.parent.parent.parent
    made = _build.protocol_file(path, protocol_id, str(path), faults)
    if faults or made is None:
        raise ContentFaults(faults)
    is_whole = folder.parent.name == "protocols" and (root / "measures").is_dir()
    around = Content(root) if is_whole else installed
    return _over(
        made, hash_of(made, around.measures, around.exercises), around.measures.values(), around.exercises.values(),
        installed,
    )  # fmt: skip


def _over(
    protocol: Protocol,
    name: str,
    measures: Iterable[Measure],
    exercises: Iterable[Exercise],
    installed: Content,
) -> OtherVersion:
    own_measures: dict[str, Any] = {one.id: one for one in measures}
    own_exercises: dict[str, Any] = {one.id: one for one in exercises}
    return OtherVersion(
        protocol, name, MappingProxyType({**installed.measures, **own_measures}),
        MappingProxyType({**installed.exercises, **own_exercises}),
    )  # fmt: skip
