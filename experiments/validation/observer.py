"""An observer looks at the world after each week of a window and ends with a few numbers. Nothing here changes a life."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from sim.world import World

type Numbers = NDArray[np.float64]


class Observer(ABC):
    """Looks at the world every week of the window."""

    @abstractmethod
    def look(self, world: World, week: int) -> None:
        """Look at the world after the week of this number, counted from the beginning of the window."""

    @abstractmethod
    def found(self) -> dict[str, float]:
        """The numbers, once the window is over."""
