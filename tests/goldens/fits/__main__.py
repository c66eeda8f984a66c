"""``python -m tests.goldens.fits`` renews the golden documents."""

from tests.goldens.fits.documents import write

if __name__ == "__main__":
    write()
