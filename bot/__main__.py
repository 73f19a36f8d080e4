"""``python -m bot``."""

import gc

gc.disable()  # until `start` has read the catalog: looking for garbage among imports takes a tenth of that time
from bot.cli import main  # noqa: E402

main()
