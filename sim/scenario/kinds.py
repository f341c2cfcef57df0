"""The types of a scenario's numbers: each fixes unit, bounds and how the number is read."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from sim.scenario.amounts import GRADES, how_to_write, read
from sim.scenario.distributions import DISTRIBUTIONS
from sim.scenario.quantity import Kind, Law, Quantity, Stated


@dataclass(frozen=True, kw_only=True)
class FieldKind(Kind):
    """A kind that tells pydantic how its numbers are read, written and described."""

    def __get_pydantic_core_schema__(self, source: type[Stated], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda raw: read(raw, self, source),
            serialization=core_schema.plain_serializer_function_ser_schema(Stated.as_stated),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"title": self.name, "anyOf": [self._bare(), {"type": "string"}, self._table()]}

    def _bare(self) -> dict[str, Any]:
        bounds = {"minimum": self.low, "maximum": self.high}
        kept = {key: bound for key, bound in bounds.items() if abs(bound) != inf}
        return {"type": "integer" if self.is_whole else "number", "description": how_to_write(self), **kept}

    def _table(self) -> dict[str, Any]:
        properties = {
            "distribution": {"enum": list(DISTRIBUTIONS)},
            "unit": {"enum": [self.unit, *self.other_units]},
            "grade": {"enum": list(GRADES)},
        }
        either = [{"required": ["value"]}, {"required": ["distribution"]}]
        return {"type": "object", "properties": properties, "anyOf": either}


def _dollars(name: str, unit: str = "USD", low: float = 0.0) -> FieldKind:
    return FieldKind(name=name, unit=unit, low=low, is_money=True)


def _fraction(name: str, unit: str, other_units: tuple[str, ...] = ()) -> FieldKind:
    return FieldKind(name=name, unit=unit, high=1.0, may_be_percent=True, other_units=other_units)


def _whole(name: str, unit: str) -> FieldKind:
    return FieldKind(name=name, unit=unit, is_whole=True)


MONEY = _dollars("Money")
SHARE = _fraction("Share", "share")
PROBABILITY = _fraction("Probability", "probability", ("share",))
PER_MONTH = FieldKind(name="PerMonth", unit="per month", may_be_percent=True)
DAYS = FieldKind(name="Days", unit="days", is_whole=False)

Money = Annotated[Quantity, MONEY]
MonthlyMoney = Annotated[Quantity, _dollars("MonthlyMoney", "USD per month")]
SignedMonthlyMoney = Annotated[Quantity, _dollars("SignedMonthlyMoney", "USD per month", low=-inf)]
Price = Annotated[Quantity, FieldKind(name="Price", unit="USD per month", low_included=False, is_money=True)]
Fee = Annotated[Quantity, _dollars("Fee")]
Share = Annotated[Quantity, SHARE]
Probability = Annotated[Quantity, PROBABILITY]
PerMonth = Annotated[Quantity, PER_MONTH]
Growth = Annotated[
    Quantity, FieldKind(name="Growth", unit="per month", low=-1.0, low_included=False, may_be_percent=True)
]
Factor = Annotated[Quantity, FieldKind(name="Factor", unit="factor", may_be_percent=True)]
Days = Annotated[Quantity, _whole("Days", "days")]
BusinessDays = Annotated[Quantity, _whole("BusinessDays", "business days")]
Weeks = Annotated[Quantity, _whole("Weeks", "weeks")]
Months = Annotated[Quantity, FieldKind(name="Months", unit="months")]
PositiveMonths = Annotated[Quantity, FieldKind(name="PositiveMonths", unit="months", low_included=False)]
PositiveDays = Annotated[Quantity, FieldKind(name="PositiveDays", unit="days", low=1.0, is_whole=True)]
Count = Annotated[Quantity, _whole("Count", "count")]
MeanCount = Annotated[Quantity, FieldKind(name="MeanCount", unit="count")]
AnyNumber = Annotated[
    Quantity, FieldKind(name="AnyNumber", unit="any", takes_any_unit=True, low=-inf, is_money=True, may_be_percent=True)
]

MoneyLaw = Annotated[Law, MONEY]
SignedMoneyLaw = Annotated[Law, _dollars("SignedMoney", low=-inf)]
DaysLaw = Annotated[Law, DAYS]
BusinessDaysLaw = Annotated[Law, FieldKind(name="BusinessDays", unit="business days")]
