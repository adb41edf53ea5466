"""The script that the page copies for a feature finds the page's numbers, with transformers and SAELens."""

import importlib.util
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDED = all(map(importlib.util.find_spec, ("gguf", "sae_lens", "transformers")))


class Copied(unittest.TestCase):
    @unittest.skipUnless(NEEDED, "needs transformers, SAELens and gguf")
    def test_finds_what_the_page_shows(self):
        script = ROOT / "tests" / "fixtures" / "python" / "colour-word.py"
        ran = subprocess.run([sys.executable, script], cwd=ROOT, capture_output=True, text=True, check=True)
        lines = ran.stdout.strip().splitlines()
        self.assertLess(float(lines[-1].rpartition(":")[2]), 1e-3)
        self.assertTrue(any(float(line.split()[-1]) > 5 for line in lines[:-1]))


if __name__ == "__main__":
    unittest.main()
