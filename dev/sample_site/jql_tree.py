"""A query in the shape that /jql/parse answers."""

from typing import Any

from dev.sample_site.queries import Clause, Function, Node, Query


def structure(query: Query) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if query.where is not None:
        shown["where"] = _node(query.where)
    if query.order:
        shown["orderBy"] = {"fields": [_ordered(name, direction) for name, direction in query.order]}
    return shown


def _ordered(name: str, direction: str) -> dict[str, Any]:
    return {"field": _field(name)} | ({"direction": direction} if direction else {})


def _field(name: str) -> dict[str, str]:
    return {"name": name, "encodedName": _encoded(name)}


def _node(node: Node) -> dict[str, Any]:
    if isinstance(node, Clause):
        return _clause(node)
    return {"operator": node.operator, "clauses": [_node(child) for child in node.clauses]}


def _clause(clause: Clause) -> dict[str, Any]:
    shown: dict[str, Any] = {"field": _field(clause.field), "operator": clause.operator}
    if clause.is_list and not (len(clause.values) == 1 and isinstance(clause.values[0], Function)):
        operands = [_operand(value) for value in clause.values]
        encoded = ", ".join(next(v for k, v in each.items() if k.startswith("encoded")) for each in operands)
        return shown | {"operand": {"values": operands, "encodedOperand": f"({encoded})"}}
    return shown | {"operand": _operand(clause.values[0])}


def _operand(value: str | Function) -> dict[str, Any]:
    if isinstance(value, Function):
        encoded = f"{value.name}({', '.join(value.arguments)})"
        return {"function": value.name, "arguments": list(value.arguments), "encodedOperand": encoded}
    if value.lower() in ("empty", "null"):
        return {"keyword": "empty", "encodedOperand": value}
    return {"value": value, "encodedValue": _encoded(value)}


def _encoded(value: str) -> str:
    return value if value.isalnum() else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
