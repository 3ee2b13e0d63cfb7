"""By group: effects on the outcomes of groups of residents, pair by pair, as effects on the whole community are."""

from typing import TYPE_CHECKING

from experiments.analysis.effects import Effect, effects

if TYPE_CHECKING:
    import pandas as pd

GROUP = ["column", "value", "outcome"]
"""What an outcome of a group is: of which column of the user's own, of which of its values, and which outcome."""
LABELS = ["arm", "point", "replicate"]


def effects_by_group(groups: "pd.DataFrame", reference: str) -> "pd.DataFrame":
    """Every arm's effect on every outcome of every group at every point: as `effects` gives it, with a group for its metric.

    `groups` has a row for every run, group and outcome: arm, point, replicate, column, value, outcome and number. In a run
    in which nobody of a group was left the outcome lacks, and with it the pair.
    """
    import pandas as pd

    if groups.empty:
        return pd.DataFrame(columns=["point", "arm", *GROUP, *list(Effect.__dataclass_fields__)[3:]])
    which = groups.groupby(GROUP, sort=False).ngroup()
    of = groups.assign(which=which).drop_duplicates("which").set_index("which")[GROUP]
    runs = groups.drop_duplicates(LABELS)[LABELS]
    wide = groups.assign(which=which).pivot_table(index=LABELS, columns="which", values="number", aggfunc="first")
    found = effects(runs.merge(wide, on=LABELS, sort=False), reference, list(of.index))
    named = of.reindex(found["metric"]).set_axis(found.index)
    return pd.concat([found[["point", "arm"]], named, found.drop(columns=["point", "arm", "metric"])], axis=1)
