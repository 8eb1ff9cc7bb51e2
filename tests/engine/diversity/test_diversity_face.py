"""What every command imports stays light: numpy and rapidfuzz load when texts are compared."""

import subprocess
import sys


def test_the_face_loads_nothing_heavy() -> None:
    code = (
        "import sys; from engine.diversity import DiversityMeter, TextIndex; DiversityMeter({}, (), None).figures(); "
        "print(sorted({'numpy', 'rapidfuzz'} & set(sys.modules)))"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout == "[]\n"
