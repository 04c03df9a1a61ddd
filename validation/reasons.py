"""Why a mark is not reached: what the physics or the reference's own noise allows, one paragraph for each figure."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "ipol.strike_all_sd_ms": (
        "Two of the 247 labels stand where the foot is carried at nearly nine tenths of its greatest speed, 0.14 and "
        "0.17 s before the jolt of landing: no contact can be there. With these two alone in error and all others "
        "perfect the spread would be 14 ms; without them it is as `SD without labels in mid-swing` says. Strikes with "
        "a heel fall keep the mark in turns too. What spreads is the contact without one, in a pivot or in coming to "
        "a halt: the foot is set down over a tenth of a second, two dozen rules (shares of the jolt's energy, shares "
        "of the foot's speed, the greatest jolt) all spread by 28 ms or more, and none was taken for doing a little "
        "better on seventeen strikes."
    ),
    "markers.time_rmse_ms": (
        "Two strides carry it: the first, whose slow heel falls below half a metre a second 35 ms before it reaches "
        "the floor, and one that ends in a pivot. The markers' own stride time moves by half the mark when the rule "
        "of when a heel has stopped is changed from a fixed speed to a share of that swing's. In straight walking the "
        "mark is reached with room to spare."
    ),
    "belt.strike_sd_ms": (
        "Either person alone is within the mark; both together are not because their constant shifts differ by 35 ms. "
        "The set's two references of contact differ between themselves by 7 ms in the healthy person and by 63 ms "
        "(spread 85 ms) in the person with MS, so this shift cannot be laid on one or the other. Two people are too "
        "few to learn it from, and learning it here would be tuning on the test. Times from one strike to the next, "
        "which readings use, do not contain it."
    ),
    "ankle.heelraise_free_rmse_deg": (
        "The shape is right and the size is not: the sensor on the shoe turns a quarter more than the laboratory's "
        "foot does when the heel rises over the toes, for the foot bends between the sensor and the markers in front. "
        "One number, the laboratory's foot turning by 0.79 of the sensor's, takes the error below one degree. It is "
        "of one person, one shoe and one set of markers, so it is not built in: the reading is of the shoe where the "
        "sensor sits. Axes and signs are right; with the shank's sign turned the error doubles."
    ),
    "ankle.heelraise_zero_rmse_deg": (
        "The same: a zero does not mend a size. With the foot's gain it is below one degree."
    ),
    "ankle.lunge_free_rmse_deg": (
        "The left side is at 2.2 degrees, the right at 5.1: there the laboratory's ankle moves a third more than foot "
        "and shank turn between them, whatever axes are taken (of this exercise, of all six together, of a hinge "
        "fitted to both gyroscopes: 5.0 to 5.6). In the squat with both feet flat the same laboratory's ankle turns "
        "1.6 times as far as the shank leans, which a rigid shank over a flat foot cannot. Soft tissue under the "
        "shank sensor or the laboratory's model is the likely cause; the sensors cannot tell."
    ),
    "ankle.lunge_zero_rmse_deg": "The same: the right side's size, not its zero.",
    "ankle.walk_free_rmse_deg": (
        "Standing quietly before the walk and the laboratory's zero differ by two degrees; with a zero of its own the "
        "walk is within the mark, and with the foot's gain at 1.4 degrees."
    ),
    "cost.cpu_s": (
        "Other work on the machine makes the processor time itself longer, for caches and cores are shared. With four "
        "processes waiting for two cores the chain took 0.026 to 0.028 s; with eleven, as here, 0.036 to 0.040 s. Side "
        "by side on the same busy machine the checks added since (placement, side, two feet of one walk) cost 4 "
        "per cent."
    ),
}
