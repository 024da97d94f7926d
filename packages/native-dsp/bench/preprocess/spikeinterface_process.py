"""SpikeInterface's chains on the same recording: tells its version, then for each {"chain", "jobs"} how many seconds it took."""

import json
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import spikeinterface
import spikeinterface.preprocessing as pre
from spikeinterface.core import BinaryRecordingExtractor, write_binary_recording

warnings.filterwarnings("ignore")


def chains(recording):
    shifted = pre.phase_shift(recording)
    high = pre.highpass_filter(shifted, freq_min=300, filter_order=3)
    return {
        "median": lambda: pre.common_reference(high),
        "band-pass": lambda: pre.common_reference(pre.bandpass_filter(shifted, freq_min=300, freq_max=6000, filter_order=5)),
        "annulus": lambda: pre.common_reference(high, reference="local", operator="average", local_radius=(40, 140)),
        "k-filter": lambda: pre.highpass_spatial_filter(high),
    }


def main():
    settings = json.loads(sys.argv[1])
    whole = BinaryRecordingExtractor(
        settings["binPath"], sampling_frequency=settings["samplingRate"], dtype="int16", num_channels=settings["columns"],
        gain_to_uV=2.34375, offset_to_uV=0,
    )
    recording = whole.select_channels(whole.channel_ids[: settings["channels"]]).frame_slice(0, settings["frames"])
    recording.set_dummy_probe_from_locations(np.array(settings["positions"]).reshape(-1, 2))
    recording.set_property("inter_sample_shift", np.array(settings["shifts"]))
    known = chains(recording)
    folder = Path(tempfile.mkdtemp())
    try:
        print(json.dumps({"version": spikeinterface.__version__, "chains": list(known)}), flush=True)
        for line in sys.stdin:
            asked = json.loads(line)
            chain = known[asked["chain"]]()
            started = time.perf_counter()
            write_binary_recording(
                chain, folder / "out.raw", dtype="int16", n_jobs=asked["jobs"], chunk_duration="1s", mp_context="fork",
                progress_bar=False, verbose=False,
            )
            print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
