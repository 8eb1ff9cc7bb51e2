"""A fresh server's first visit goes by Streamlit's old router, which looks for this file; the real one takes over."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parent.parent / "handai_app.py"), run_name="__main__")
