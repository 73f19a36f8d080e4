"""``python -m bot``, and what ``willitrun`` calls."""

import gc

gc.disable()  # until `start` has read the catalog: looking for garbage among imports takes a tenth of that time
from bot.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
