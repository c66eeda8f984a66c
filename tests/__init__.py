"""The tests. They do not depend on whether this clone has a built documentation site."""

from chalicelib import documentation

documentation.SITES = ()
