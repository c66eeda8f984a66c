"""`python -m infra.pages`: write the generated pages."""

import sys

from infra.pages import main

sys.exit(main())
