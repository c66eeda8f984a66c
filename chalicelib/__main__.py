"""``python -m chalicelib COMMAND``."""

from chalicelib.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
