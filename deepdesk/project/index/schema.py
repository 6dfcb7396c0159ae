"""The tables of `index.sqlite`, and how to tell that a file has exactly these."""

from __future__ import annotations

FORMAT = 3
# "DDix" in ASCII, so that `file` and we can tell the index from any other SQLite file.
APPLICATION_ID = 0x44446978

SPLITS = ("train", "validation", "test")
STATES = ("new", "ok", "bad")
NEW, OK, BAD = range(3)
TWIN_KINDS = ("exact", "near")

# Rows of `samples` are kept narrow, so that scanning 10^6 of them takes well below 100 ms;
# what only checked samples have is in `facts`, what only some tasks have is in `targets`.
STATEMENTS = (
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE classes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " position INTEGER NOT NULL)",
    "CREATE TABLE sources (id INTEGER PRIMARY KEY, root TEXT NOT NULL UNIQUE)",
    "CREATE TABLE folders (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, path TEXT NOT NULL,"
    " UNIQUE (source, path))",
    "CREATE TABLE samples (id INTEGER PRIMARY KEY, folder INTEGER NOT NULL, name TEXT NOT NULL,"
    " class_id INTEGER, split INTEGER NOT NULL, fixed_split INTEGER NOT NULL,"
    " state INTEGER NOT NULL)",
    "CREATE UNIQUE INDEX samples_by_file ON samples (folder, name)",
    "CREATE INDEX samples_by_class ON samples (class_id, split, state)",
    "CREATE TABLE facts (id INTEGER PRIMARY KEY, code TEXT NOT NULL, reason TEXT NOT NULL,"
    " detail TEXT NOT NULL, note TEXT NOT NULL, size_json TEXT NOT NULL, digest TEXT NOT NULL,"
    " fingerprint INTEGER)",
    "CREATE INDEX facts_by_problem ON facts (code, note) WHERE code <> '' OR note <> ''",
    "CREATE TABLE targets (id INTEGER PRIMARY KEY, json TEXT NOT NULL)",
    "CREATE TABLE twins (id INTEGER NOT NULL, group_id INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " PRIMARY KEY (id, group_id)) WITHOUT ROWID",
    "CREATE INDEX twins_by_group ON twins (group_id, id)",
    "CREATE TABLE removed (id INTEGER PRIMARY KEY, folder INTEGER NOT NULL, name TEXT NOT NULL,"
    " class_id INTEGER, split INTEGER NOT NULL, fixed_split INTEGER NOT NULL,"
    " state INTEGER NOT NULL)",
    "CREATE TABLE changes (id INTEGER PRIMARY KEY, time TEXT NOT NULL, what TEXT NOT NULL,"
    " json TEXT NOT NULL)",
)

# Who or what samples come from; format 2. Older files get these when they are opened. Both tables
# are stored twice, as what is in `CHECKING` is.
ORIGINS = (
    "CREATE TABLE origins (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE sample_origins (id INTEGER PRIMARY KEY, origin_id INTEGER NOT NULL)",
    "CREATE INDEX sample_origins_by_origin ON sample_origins (origin_id)",
)

# What is drawn on pictures, beside their targets, which name classes by number; format 3. Older
# files get these when they are opened. All three tables are stored twice.
#   drawings  one row for each target that is a drawing: what can be told of it without reading it
#   drawn     shapes of a class on a picture, 0 where only a file of classes may show it
#   merged    numbers that drawings still have of classes that went into another one
DRAWINGS = (
    "CREATE TABLE drawings (id INTEGER PRIMARY KEY, width INTEGER NOT NULL,"
    " height INTEGER NOT NULL, shapes INTEGER NOT NULL, smallest REAL NOT NULL,"
    " outside INTEGER NOT NULL)",
    "CREATE TABLE drawn (class_id INTEGER NOT NULL, id INTEGER NOT NULL, shapes INTEGER NOT NULL,"
    " PRIMARY KEY (class_id, id)) WITHOUT ROWID",
    "CREATE TABLE merged (id INTEGER PRIMARY KEY, into_id INTEGER NOT NULL)",
    "CREATE INDEX drawings_by_size ON drawings (outside, smallest, width, height, shapes)",
    "CREATE INDEX drawn_by_sample ON drawn (id, shapes)",
    "CREATE INDEX merged_by_class ON merged (into_id)",
)

# What training reads and no other index holds is stored a second time here, so that SQLite's own
# integrity check, which compares tables with their indexes, notices a flipped bit in either.
# Targets carry a checksum of their own. Files of earlier versions get these when they are opened.
CHECKING = (
    "CREATE INDEX counters_by_value ON counters (value)",
    "CREATE INDEX classes_by_position ON classes (position)",
    "CREATE INDEX samples_with_fixed_split ON samples (fixed_split) WHERE fixed_split <> 0",
    "CREATE INDEX facts_by_contents ON facts (digest, fingerprint, size_json)",
    "CREATE INDEX twins_by_kind ON twins (kind)",
    "CREATE INDEX removed_by_file ON removed (folder, name, class_id, split, fixed_split, state)",
)

# The last four grow with every change of that kind, so that what was read can be kept until then.
COUNTERS = ("next_sample", "next_class", "members", "labels", "facts", "twins")


def is_ours(statements: set[str]) -> bool:
    """Return whether these are the statements of our schema: no trigger, no view, nothing else."""
    return set(STATEMENTS) <= statements <= {*STATEMENTS, *ORIGINS, *DRAWINGS, *CHECKING}
