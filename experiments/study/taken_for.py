"""What a file is by what stands in it: a community that is given as a study is called one, instead of a study full of faults."""

from experiments.study.schema import StudyFile
from sim.config.schema import Config
from sim.config.yaml import Document, Problem

COMMUNITY = {"extends", *Config.model_fields} - {"title"}
STUDY = set(StudyFile.model_fields) - {"title"}


def taken_for_a_study(document: Document) -> Problem | None:
    """That a file holds a community: keys of one, and none of a study."""
    said = document.value
    if not isinstance(said, dict) or STUDY & set(said) or not (own := [key for key in said if key in COMMUNITY]):
        return None
    found = f"a community ({', '.join(map(str, own[:3]))})"
    expected = f"a study, as in ‘community: {document.path.name}’ with weeks, arms and outcomes"
    return Problem(document.marks.key((own[0],)), "", found, expected)
