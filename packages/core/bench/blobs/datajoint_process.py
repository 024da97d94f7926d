"""The benchmark's operations in Python DataJoint: one JSON line {"run": operation} in, one {"seconds": s} out."""

import json
import sys
import time
import warnings

warnings.simplefilter("ignore")

import datajoint as dj  # noqa: E402
import numpy as np  # noqa: E402

sizes = json.loads(sys.argv[1])
dj.config["database.host"] = sizes["host"]
dj.config["database.port"] = sizes["port"]
dj.config["database.user"] = sizes["user"]
dj.config["database.password"] = sizes["password"]
dj.config["safemode"] = False
dj.logger.setLevel("ERROR")

schema = dj.Schema("bench_blobs_datajoint")


@schema
class Random(dj.Manual):
    definition = """
    recording : int32
    ---
    values : <blob>
    """


@schema
class Trace(dj.Manual):
    definition = """
    recording : int32
    ---
    values : <blob>
    """


rng = np.random.default_rng(1)
count, size = sizes["blobs"], sizes["bytes"]
random = [dict(recording=i, values=rng.random(size // 8)) for i in range(count)]
traces = [dict(recording=i, values=np.round(30 * rng.standard_normal(size // 2)).astype(np.int16)) for i in range(count)]


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def insert(table, rows):
    table.delete_quick()
    # a statement of more than 16 MB would be refused by the server
    return timed(lambda: table.insert(rows, chunk_size=100))


operations = {
    "random-in": lambda: insert(Random(), random),
    "random-out": lambda: timed(lambda: Random().to_dicts()),
    "traces-in": lambda: insert(Trace(), traces),
    "traces-out": lambda: timed(lambda: Trace().to_dicts()),
}

print(json.dumps({"version": dj.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps({"seconds": operations[json.loads(line)["run"]]()}), flush=True)
