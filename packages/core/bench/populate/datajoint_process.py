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
    """


@schema
class Result(dj.Computed):
    definition = """
    -> Sample
    ---
    value : int32
    """

    key_source = Sample & f"sample < {sizes['makes']}"

    def make(self, key):
        self.insert1(dict(key, value=key["sample"]))


@schema
class Refreshed(dj.Computed):
    definition = """
    -> Sample
    ---
    value : int32
    """

    def make(self, key):
        self.insert1(dict(key, value=key["sample"]))


Sample.insert((dict(sample=i) for i in range(sizes["refreshed"])), skip_duplicates=True)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def populate():
    Result.delete_quick()
    Result().jobs.delete_quick()
    return timed(lambda: Result.populate(reserve_jobs=True))


def refresh():
    Refreshed().jobs.delete_quick()
    return timed(lambda: Refreshed().jobs.refresh())


operations = {"populate": populate, "refresh": refresh}

print(json.dumps({"version": dj.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps({"seconds": operations[json.loads(line)["run"]]()}), flush=True)
