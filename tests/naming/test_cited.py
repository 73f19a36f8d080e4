"""More than 1,000 names that others wrote, each with what it must be taken for and where it stands.

``cited_hardware.tsv`` and ``cited_model.tsv``: the text, the outcome in the form of ``test_typed.py``, the source:

- ``llmfit``: names of models, cards and processors as people's machines reported them with their measurements (PyPI
  llmfit 1.1.17, community benchmarks, MIT).
- ``ollama``: tags of ollama.com's library (github D3rhami/ollama_gallery @5d4b656); each was taken for the right model
  when the list was made: the size stated there is within 5 % of the file that the engine works out.
- ``ollama-gpu``: cards that Ollama's docs list as supported (github ollama/ollama docs/gpu.mdx @fb30760, MIT).
- ``hf-tasks``: cards with their memory as Hugging Face lists them (npm @huggingface/tasks 0.21.54, MIT).
- ``rocm``: AMD's list (github ROCm/ROCm gpu-arch-specs @e396b48, MIT).
"""

import pytest

from bot.answers.knowledge import Knowledge
from tests.naming.test_typed import rows, said


@pytest.mark.parametrize(("written", "outcome"), rows("cited_hardware"))
def test_hardware(knowledge: Knowledge, written: str, outcome: str) -> None:
    assert said(knowledge.hardware.resolve(written)) == outcome


@pytest.mark.parametrize(("written", "outcome"), rows("cited_model"))
def test_models(knowledge: Knowledge, written: str, outcome: str) -> None:
    assert said(knowledge.models.resolve(written)) == outcome
