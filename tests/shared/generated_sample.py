"""The sample company, generated once per session and arguments for all workers. Nobody writes into its folder."""

import hashlib
import json
import pickle
from pathlib import Path

import pytest
from compiled_project import shared_folder
from filelock import FileLock

from sample_company import Truth, generate


def generated_sample(factory: pytest.TempPathFactory, **sizes: int) -> tuple[Path, Truth]:
    """Its landing folder and its truth."""
    folder = shared_folder(factory, f"sample_{hashlib.sha256(json.dumps(sizes).encode()).hexdigest()[:8]}")
    landing, truth = folder / "landing", folder / "truth"
    with FileLock(folder / "lock"):
        if not truth.exists():
            truth.write_bytes(pickle.dumps(generate(landing, **sizes)))
    return landing, pickle.loads(truth.read_bytes())
