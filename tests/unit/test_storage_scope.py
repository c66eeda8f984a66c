"""All access to DynamoDB and S3 uses a store that is bound to one tenant.

The tests inspect the source. Two modules call clients, one module opens tables, and every partition
key comes from `storage/table_keys.py` for the tenant of the store. The inspection does not detect
`getattr` or names that are built at run time.
"""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import re
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage import table_keys
from tests.conftest import session

ROOT = Path(__file__).parents[2]
SOURCES = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")])

CALLS_CLIENTS = {"chalicelib/storage/dynamodb_table.py", "chalicelib/storage/s3_objects.py"}
MAKES_CLIENTS = {"chalicelib/wiring/processes.py", "chalicelib/aws.py"}
KEEPS_ITEMS = "chalicelib/local/"
"""The local service, which stores the items and objects of all tenants."""

OPENS = {
    "DynamoDbTable": {"chalicelib/wiring/tenant_stores.py"},
    "S3Objects": {"chalicelib/wiring/tenant_stores.py"},
    "TenantStore": {"chalicelib/wiring/tenant_stores.py"},
}
"""Class -> the modules that may create instances of it."""

MAKES_KEYS = "chalicelib/storage/table_keys.py"
PASSES_KEYS_ON = {
    f"chalicelib/storage/{name}.py" for name in ("table", "dynamodb_table", "attributes", "writer")
}
REGISTRY = "chalicelib/storage/tenants.py"
"""The only module that uses the list of tenants, which belongs to no tenant."""

OF_OTHERS = {
    ("chalicelib/demo/tour.py", "put_object"),  # function of the local service
    ("chalicelib/api/views/import_views.py", "list_imports"),  # function of services/imports
}
"""Calls of other functions that have the name of a client's method."""

OWN_TENANT = {"self._tenant", "self.tenant", "tenant", "store.tenant", "self._store.tenant"}
PARTITIONED = {"get", "query", "update", "increment", "to_item", "delete_request"}
KEY_SHAPED = re.compile(r"\{\}#[a-z]|#[a-z-]+\Z|(imports|documents)/(\{\}|\Z)")
TEXT_ROOMS = ("storage", "services", "api", "workers", "wiring", "cli", "demo")


def client_methods() -> set[str]:
    """Names of the methods of DynamoDB and S3 clients."""
    names = {
        "generate_presigned_url",
        "generate_presigned_post",
        "get_paginator",
        "get_waiter",
        *(f"{way}_{what}" for way in ("upload", "download") for what in ("file", "fileobj")),
    }
    for service in ("dynamodb", "s3"):
        model = session().client(service).meta.service_model
        names |= {xform_name(one) for one in model.operation_names}
    return names


CLIENT_METHODS = client_methods()


def violations(path: str, source: str) -> list[str]:
    """Find access in a module that bypasses a tenant's store; `path` is relative to the root."""
    tree = ast.parse(source)
    found = [*_calls(path, tree), *_openings(path, tree), *_private(path, tree)]
    if path != MAKES_KEYS:
        found += [*_foreign_tenants(tree), *_key_shaped_texts(path, tree)]
    if path.startswith("chalicelib/storage/") and path not in PASSES_KEYS_ON | {MAKES_KEYS}:
        found += _partitions(path, tree)
    return [f"{path}:{line}: {what}" for line, what in found]


Found = Iterator[tuple[int, str]]


def _name_of(node: ast.AST) -> str:
    """The dotted name of a node; empty if the node is not a name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{_name_of(value)}.{name}"
    return ""


def _calls(path: str, tree: ast.AST) -> Found:
    if path in CALLS_CLIENTS or path.startswith(KEEPS_ITEMS):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, receiver = node.func.attr, _name_of(node.func.value)
        if (path, name) in OF_OTHERS:
            continue
        is_own = name == "query" and receiver.rpartition(".")[2] in ("_table", "table")
        if name in CLIENT_METHODS and not is_own:
            yield node.lineno, f"{receiver}.{name}() is called"
        if name in ("client", "resource") and path not in MAKES_CLIENTS:
            yield node.lineno, "a client is made"


def _openings(path: str, tree: ast.AST) -> Found:
    imported = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chalicelib.storage")
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            first, _, last = _name_of(node.func).rpartition(".")
            name = imported.get(last, "") if not first else last if first in imported else ""
            if name in OPENS and path not in OPENS[name]:
                yield node.lineno, f"a {name} is opened"


def _private(path: str, tree: ast.AST) -> Found:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("_client", "_table", "client"):
            owner = _name_of(node.value)
            if owner in ("self", "boto3", "http", "wiring") or path.startswith(KEEPS_ITEMS):
                continue
            if path not in MAKES_CLIENTS:
                yield node.lineno, f"{owner}.{node.attr} is reached for"


def _foreign_tenants(tree: ast.AST) -> Found:
    """Find keys that are built for a tenant other than the store's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _name_of(node.func).rpartition(".")[2]
            if name in MADE and not (node.args and _name_of(node.args[0]) in OWN_TENANT):
                yield node.lineno, f"{name}() is not for the own tenant"


def _key_shaped_texts(path: str, tree: ast.AST) -> Found:
    """Find expressions that build a text that looks like a key."""
    room = path.removeprefix("chalicelib/").partition("/")[0].removesuffix(".py")
    if room not in TEXT_ROOMS:
        return
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=values):
                text = "".join(
                    str(one.value) if isinstance(one, ast.Constant) else "{}" for one in values
                )
            case ast.BinOp(op=ast.Add() | ast.Mod(), left=left, right=right):
                parts = (one.value for one in (left, right) if isinstance(one, ast.Constant))
                text = next((one for one in parts if isinstance(one, str)), "").replace("%s", "{}")
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str(template)), attr="format")
            ):
                text = template
            case _:
                continue
        if KEY_SHAPED.match(text):
            yield node.lineno, f"a key is put together: {text}"


def _partitions(path: str, tree: ast.Module) -> Found:
    """Find partition keys that do not come from `table_keys`, in modules that use items."""
    in_class = {
        _name_of(target): node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute)
    }
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        local: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    local.setdefault(_name_of(target), []).append(node.value)

        def is_made(key: ast.expr, local: dict[str, list[ast.expr]] = local) -> bool:
            match key:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="table_keys"), attr=name)):
                    return name.endswith("_partition")
                case ast.Attribute(value=ast.Name(id="table_keys"), attr="REGISTRY_PARTITION"):
                    return path == REGISTRY
                case ast.Starred(value=ast.Call(func=ast.Name(id="key_of"))):
                    return True  # key of an item that was read from the tenant's partition
                case ast.Name(id=name) if name in local:
                    return all(is_made(one) for one in local[name])
                case ast.Attribute():
                    made = in_class.get(_name_of(key))
                    return made is not None and is_made(made)
            return False

        for node in ast.walk(function):
            for key in _partition_keys(node):
                if not is_made(key):
                    made = ast.unparse(key)
                    yield node.lineno, f"the partition key {made} is not from a key function"


def _partition_keys(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=ast.Attribute(value=receiver, attr=name), args=[first, *_]):
            if name in PARTITIONED and _name_of(receiver).rpartition(".")[2] in ("_table", "table"):
                yield first
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in PARTITIONED:
            if _name_of(first) not in ("self._tenant", "tenant"):  # `to_item` of `event_items`
                yield first
        case ast.Dict(keys=names, values=values):
            for key, value in zip(names, values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "pk":
                    yield value.values[0] if isinstance(value, ast.Dict) else value


# --- the source without and with inserted mistakes ------------------------------------------------


def test_all_access_to_data_uses_a_tenants_store() -> None:
    found = [
        violations(str(file.relative_to(ROOT)), file.read_text(encoding="utf-8"))
        for file in SOURCES
    ]
    assert [one for of_file in found for one in of_file] == []


FITS = "services/fitting/fits.py"
OF_FITS = ("storage/fit_items.py", "table_keys.fits_partition(tenant)")
ERASING = "services/privacy/erasing_files.py"
NOT_MADE = "is not from a key function"
MISTAKES: list[tuple[str, str, str, str]] = [
    (FITS, "", "store._table._client.get_item(Key={})", "get_item() is called"),
    (FITS, "", "store._table._client.get_item(Key={})", "is reached for"),
    ("services/totals/day_totals.py", "", "client.query(TableName='x')", "query() is called"),
    ("workers/totals_worker.py", "", "s3.get_object(Bucket=b, Key=k)", "get_object() is called"),
    ("api/views/fit_views.py", "", "url = s3.generate_presigned_url('put_object')", "is called"),
    (FITS, "", "s3 = session.client('s3')", "a client is made"),
    (
        FITS,
        "",
        "from chalicelib.storage.dynamodb_table import DynamoDbTable as T\nT(None, 'x')",
        "a DynamoDbTable is opened",
    ),
    (
        FITS,
        "",
        "from chalicelib.storage import s3_objects\ns3_objects.S3Objects(None, 'x', 'y')",
        "a S3Objects is opened",
    ),
    (
        "workers/totals_worker.py",
        "",
        "from chalicelib.storage.tenant_store import TenantStore\nTenantStore()",
        "a TenantStore is opened",
    ),
    (*OF_FITS, 'f"{tenant}#fits"', "put togeth"),
    (*OF_FITS, 'tenant + "#fits"', "put togeth"),
    (*OF_FITS, "tenant", NOT_MADE),
    (*OF_FITS, "fit_id", NOT_MADE),
    (*OF_FITS, "table_keys.fits_partition(fit_id)", "own"),
    (*OF_FITS, "table_keys.REGISTRY_PARTITION", NOT_MADE),
    ("storage/mapping_items.py", "table_keys.mappings_partition(tenant)", '"shared"', NOT_MADE),
    (
        ERASING,
        "table_keys.import_object(store.tenant, one.import_id, ERASED_NAME)",
        'f"imports/{one.import_id}/x"',
        "put together",
    ),
    (
        ERASING,
        "table_keys.import_object(store.tenant,",
        "table_keys.import_object(one.filename,",
        "is not for the own tenant",
    ),
]


@pytest.mark.parametrize(("module", "original", "replacement", "finding"), MISTAKES)
def test_access_that_bypasses_a_tenants_store_is_detected(
    module: str, original: str, replacement: str, finding: str
) -> None:
    path = f"chalicelib/{module}"
    source = (ROOT / path).read_text(encoding="utf-8")
    if original:
        assert original in source
        wrong = source.replace(original, replacement)
    else:
        wrong = f"{source}\n{replacement}\n"
    assert any(finding in one for one in violations(path, wrong)), violations(path, wrong)


# --- key functions --------------------------------------------------------------------------------

PUBLIC: dict[str, Callable[..., Any]] = {
    name: function
    for name, function in inspect.getmembers(table_keys, inspect.isfunction)
    if function.__module__ == table_keys.__name__ and not name.startswith("_")
}
MADE = {
    name: function
    for name, function in PUBLIC.items()
    if name.endswith(("_partition", "_object")) and not name.startswith("parse_")
}
TENANTS = st.from_regex(table_keys.TENANT, fullmatch=True)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=20),
    int: st.integers(0, 9999),
    dt.date: st.dates(),
    dt.datetime: st.datetimes(timezones=st.just(dt.UTC)),
}


LETS_BY = {"own_partition"}
"""Builds no key; rejects a key that is not the tenant's."""


@pytest.mark.parametrize("name", sorted(MADE.keys() - LETS_BY))
@given(data=st.data(), tenant=TENANTS, other=TENANTS)
def test_every_key_function_puts_its_tenant_first(
    name: str, data: st.DataObject, tenant: str, other: str
) -> None:
    function = MADE[name]
    types = {n: t for n, t in typing.get_type_hints(function).items() if n != "return"}
    assert next(iter(types)) == "tenant"
    rest = [data.draw(VALUES[kind]) for kind in list(types.values())[1:]]
    made = function(tenant, *rest)
    if name.endswith("_partition"):
        assert made.startswith(f"{tenant}#")
    else:
        assert made.startswith((f"imports/{tenant}/", f"documents/{tenant}/"))
        assert table_keys.is_object_of(tenant, made)
        assert table_keys.is_object_of(other, made) == (other == tenant)
    if other != tenant:
        assert function(other, *rest) != made


def test_another_tenants_partition_is_rejected() -> None:
    for partition in ("acme#config", "acme#events#2026-03-14#0"):
        assert table_keys.own_partition("acme", partition) == partition
    for partition in ("acme2#config", "acm", "acme", "-#tenants", "", "other#acme#config"):
        with pytest.raises(ValueError, match="not a partition of acme"):
            table_keys.own_partition("acme", partition)


def test_only_the_registry_is_a_constant_partition() -> None:
    takes_tenant = {name for name, one in PUBLIC.items() if "tenant" in one.__annotations__}
    assert takes_tenant == set(MADE) | {"is_object_of"}
    constants = {
        name
        for name, one in vars(table_keys).items()
        if isinstance(one, str) and re.search("#[a-z]", one)
    }
    assert constants - {"__doc__"} == {"REGISTRY_PARTITION"}
    assert not table_keys.is_tenant(table_keys.REGISTRY_PARTITION.partition("#")[0])
