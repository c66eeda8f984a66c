"""``python -m tests.goldens.converted`` renews the golden file."""

from tests.goldens.converted.conversions import write

if __name__ == "__main__":
    write()
