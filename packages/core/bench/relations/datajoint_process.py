"""The benchmark's operations in Python DataJoint: one JSON line {"run": operation} in, one {"seconds": s} out."""

import json
import sys
import time
import warnings

warnings.simplefilter("ignore")

import datajoint as dj  # noqa: E402

sizes = json.loads(sys.argv[1])
dj.config["database.host"] = sizes["host"]
dj.config["database.port"] = sizes["port"]
dj.config["database.user"] = sizes["user"]
dj.config["database.password"] = sizes["password"]
dj.config["safemode"] = False
dj.logger.setLevel("ERROR")

schema = dj.Schema("bench_datajoint")


@schema
class Sample(dj.Manual):
    definition = """
    sample : int32
    ---
    sample_time : float64
    channel : int16
    label : varchar(16)
    taken_at : datetime
    """


@schema
class Subject(dj.Manual):
    definition = """
    subject : int32
    """


@schema
class Session(dj.Manual):
    definition = """
    -> Subject
    session : int32
    """


@schema
class Trial(dj.Manual):
    definition = """
    -> Session
    trial : int32
    ---
    outcome : int16
    """


@schema
class Parent(dj.Manual):
    definition = """
    parent : int32
    """


@schema
class Child(dj.Manual):
    definition = """
    -> Parent
    child : int32
    ---
    value : float64
    """


def sample_at(i):
    return dict(
        sample=i,
        sample_time=i / 30_000,
        channel=i % 384,
        label=f"label {i % 100}",
        taken_at=f"2024-05-01 10:{i // 60 % 60:02}:{i % 60:02}",
    )


def clear(table):
    table.delete_quick()


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


samples = [sample_at(i) for i in range(sizes["samples"])]


def fill_samples():
    if len(Sample()) == 0:
        Sample.insert(samples)
        # else its plan for many keys is a matter of chance
        dj.conn().query(f"ANALYZE TABLE {Sample().full_table_name}").fetchall()


def insert():
    clear(Sample())
    return timed(lambda: Sample.insert(samples))


def fetch_rows():
    fill_samples()
    return timed(lambda: Sample().to_dicts())


def fetch_columns():
    fill_samples()
    return timed(lambda: Sample().to_arrays("sample", "sample_time", "channel", "label", "taken_at"))


def restrict_by_keys():
    fill_samples()
    keys = [dict(sample=i * 5) for i in range(sizes["keys"])]
    return timed(lambda: len(Sample & keys))


def delete_levels():
    subjects, sessions, trials = sizes["levels"]["subjects"], sizes["levels"]["sessions"], sizes["levels"]["trials"]
    Subject.insert(dict(subject=a) for a in range(subjects))
    Session.insert(dict(subject=a, session=b) for a in range(subjects) for b in range(sessions))
    Trial.insert(
        dict(subject=a, session=b, trial=c, outcome=c % 3)
        for a in range(subjects)
        for b in range(sessions)
        for c in range(trials)
    )
    return timed(lambda: Subject().delete(prompt=False))


next_parent = 0


def delete_among_many():
    global next_parent
    parents, children = sizes["families"]["parents"], sizes["families"]["children"]
    if len(Parent()) == 0:
        Parent.insert(dict(parent=a) for a in range(parents))
        for a in range(parents):
            Child.insert(dict(parent=a, child=b, value=b / 7) for b in range(children))
    key = dict(parent=next_parent)
    next_parent += 1
    return timed(lambda: (Parent & key).delete(prompt=False))


def open_schema():
    def bind():
        module = dj.VirtualModule("bound", sizes["tables"])
        for name in dir(module):
            table = getattr(module, name)
            if isinstance(table, type) and issubclass(table, dj.Table):
                table().heading.names

    return timed(bind)


operations = {
    "insert": insert,
    "fetch-rows": fetch_rows,
    "fetch-columns": fetch_columns,
    "restrict-by-keys": restrict_by_keys,
    "delete-levels": delete_levels,
    "delete-among-many": delete_among_many,
    "open": open_schema,
}

print(json.dumps({"version": dj.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps({"seconds": operations[json.loads(line)["run"]]()}), flush=True)
