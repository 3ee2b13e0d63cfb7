"""The model in Mesa's own browser view. Run: solara run examples/solara_app.py (needs pip install "mesa[viz]").

Mesa draws one picture a week, about four a second; `linli classroom` shows two worlds at once and much faster.
"""

from typing import Any

from mesa.visualization import Slider, SolaraViz, make_plot_component, make_space_component
from mesa.visualization.components import AgentPortrayalStyle

from sim import Community

COLOURS = ("#8a939b", "#0072B2", "#C44A00", "#007A58")


def portrayal(agent: Any) -> AgentPortrayalStyle:
    """A resident as a dot: grey bystander, blue, orange and green for the tiers above; children small."""
    tier = agent.tier
    return AgentPortrayalStyle(color=COLOURS[max(tier, 0)], size=6 if tier < 0 else 14 + 8 * tier)


model = Community("classroom", policies=["vanguard"], rng=7)
page = SolaraViz(
    model,
    components=[
        make_space_component(portrayal, draw_grid=False),
        make_plot_component(["participation", "cohesion"]),
        make_plot_component("unmet_needs"),
    ],
    model_params={
        "config": "classroom",
        "policies": {"type": "Select", "label": "Policy", "value": "vanguard", "values": ["vanguard", "training"]},
        "moving__annual_rate": Slider("Households that leave in a year", 0.11, 0.0, 0.5, 0.01),
        "rng": 7,
    },
    name="A community of four hundred",
)
