"""Everything that a user can hand in, as a table: another file, format or message is one more line."""

from fuzz import files, messages
from fuzz.case import Kind
from fuzz.files import CONFIGS, NETWORKS, mutated_yaml, network, read_yaml
from fuzz.left_behind import left
from fuzz.messages import mutated_messages
from fuzz.mutate import as_bytes, changed_cells, changed_text

KINDS: dict[str, Kind] = {
    "study": Kind(mutated_yaml(files.all_studies), files.take_study),
    "set": Kind(files.make_change, files.take_change, share=0.6),
    "community": Kind(mutated_yaml(files.all_communities), files.take_community, share=0.6),
    "sources": Kind(mutated_yaml(lambda: [read_yaml(CONFIGS / "sources.yaml")]), files.take_sources, share=0.6),
    "residents": Kind(
        lambda c: as_bytes((changed_cells if c.random() < 0.8 else changed_text)(files.RESIDENTS, c), c),
        files.take_residents,
    ),
    **{f"ties{ending}": network(ending) for ending in NETWORKS},
    "lesson": Kind(files.make_lesson, files.take_lesson),
    "patterns": Kind(mutated_yaml(lambda: files.trees("patterns")), files.take_patterns),
    "calibration": Kind(mutated_yaml(lambda: files.trees("calibrations")[:1]), files.take_calibration),
    "claims": Kind(mutated_yaml(lambda: files.trees("claims")), files.take_claims),
    "session": left("sessions/*.json"),
    "manifest": left("manifest.json"),
    "resolved": left("resolved.yaml"),
    "mark": left("store.json"),
    "aside": left("aside/*"),
    "block": left("weekly/*.parquet"),
    "page": Kind(mutated_messages(messages.ASKED), messages.take_page, share=0.6),
    "class": Kind(mutated_messages(messages.LED), messages.take_class, share=0.6),
    "seat": Kind(mutated_messages(messages.SEATS), messages.take_seat),
}
