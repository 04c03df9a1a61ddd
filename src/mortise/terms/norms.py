"""What is usual in healthy people: a band or a mean, of one sex and age or of everybody, with its source."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from mortise.terms.words import Sex


class Norm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure of healthy people, shown beside a reading and never decided upon.

    `low` to `high` is the band, open where one is missing; both equal is a mean or median, as `words` say.
    `Sex.UNSPECIFIED` holds for both sexes; without ages the figure holds for adults of any. `not_with` names flags of a
    reading for which the figure does not hold.
    """

    words: str
    evidence: tuple[str, ...]
    low: Decimal | None = None
    high: Decimal | None = None
    sex: Sex = Sex.UNSPECIFIED
    from_age: int | None = None
    to_age: int | None = None
    not_with: tuple[str, ...] = ()

    @property
    def has_ages(self) -> bool:
        """Whether the figure is of one range of ages, `[from_age, to_age)`."""
        return self.from_age is not None and self.to_age is not None

    def fits(self, age: int | None, sex: Sex) -> bool:
        """Whether the figure is of people of this age and sex; one of an age fits nobody whose age is not known."""
        if self.sex not in (Sex.UNSPECIFIED, sex):
            return False
        if self.from_age is None or self.to_age is None:
            return True
        return age is not None and self.from_age <= age < self.to_age


def nearest_norms(norms: tuple[Norm, ...], age: int | None, sex: Sex) -> tuple[Norm, ...]:
    """Return the norms that fit a person, those of an age and sex before those of everybody.

    Parameters
    ----------
    norms
        Of one measure, in the order of the content.
    age
        Whole years, None when not known.
    sex
        `UNSPECIFIED` when not known.

    Returns
    -------
    tuple of Norm
        Empty when none fits.
    """
    fitting = [norm for norm in norms if norm.fits(age, sex)]
    nearest = max((_nearness(norm) for norm in fitting), default=0)
    return tuple(norm for norm in fitting if _nearness(norm) == nearest)


def _nearness(norm: Norm) -> int:
    return 2 * norm.has_ages + (norm.sex is not Sex.UNSPECIFIED)
