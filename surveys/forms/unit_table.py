"""单位与任务数 as one form: a row per leaf, and rows of the other kinds of quota. Touches campaigns and quotas."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _

from surveys.planning.campaigns.campaigns import Campaign, UnitPlan, campaign_units
from surveys.planning.campaigns.quotas import QUOTA_KINDS, QuotaPlan, quotas_of
from surveys.planning.campaigns.units import Unit, UnitTree

EXTRA_ROWS = 2  # empty rows offered for further rules


@dataclass
class UnitRow:
    """One unit: as stored, or as typed."""

    unit: Unit
    depth: int
    leaf: bool
    takes_part: bool = False
    number: str = ""
    reserves: str = ""
    deadline: str = ""
    fault: str = ""


@dataclass
class RuleRow:
    """One row of another kind of quota, for all leaves (unit "") or for one."""

    kind: str = ""
    unit: str = ""
    tag: str = ""
    least: str = ""
    most: str = ""
    starts_on: str = ""
    ends_on: str = ""
    fault: str = ""


@dataclass
class UnitTable:
    """The whole table. `form` None: as stored."""

    campaign: Campaign
    tree: UnitTree
    form: Mapping[str, str] | None = None
    rows: list[UnitRow] = field(init=False)
    rules: list[RuleRow] = field(init=False)
    action: str = field(init=False, default="")

    def __post_init__(self) -> None:
        root = self.campaign.unit_code
        depth = len(self.tree.above(root))
        self.rows = [
            UnitRow(unit, len(self.tree.above(unit.code)) - depth, self.tree.is_leaf(unit.code))
            for unit in self.tree.below(root)
        ]
        if self.form is None:
            self._from_store()
        else:
            self._from_form(self.form)

    @property
    def leaves(self) -> list[UnitRow]:
        return [row for row in self.rows if row.leaf]

    @property
    def total(self) -> int:
        return sum(int(row.number) for row in self.leaves if row.takes_part and row.number.isdigit())

    @property
    def reserves_total(self) -> int:
        return sum(int(row.reserves) for row in self.leaves if row.takes_part and row.reserves.isdigit())

    @property
    def faults(self) -> bool:
        return any(row.fault for row in (*self.rows, *self.rules))

    def _from_store(self) -> None:
        row_by_code = {row.unit_code: row for row in campaign_units(self.campaign.id)}
        ledger = quotas_of(self.campaign.id)
        exact = {row.unit_code: row.least for row in ledger if row.kind == "exact_per_unit"}
        for row in self.rows:
            plan = row_by_code.get(row.unit.code)
            row.takes_part = plan is not None
            if plan is not None:
                row.reserves, row.deadline = (
                    str(plan.reserves or ""),
                    plan.deadline_on.isoformat() if plan.deadline_on else "",
                )
            row.number = str(exact.get(row.unit.code, "") if exact.get(row.unit.code) is not None else "")
        self.rules = _merged(
            [row for row in ledger if row.kind != "exact_per_unit"],
            {row.unit.code for row in self.leaves if row.takes_part},
        )
        self.rules += [RuleRow() for _n in range(EXTRA_ROWS)]

    def _from_form(self, form: Mapping[str, str]) -> None:
        self.action = "save" if "fill" not in form else "fill"
        fill = form.get("all", "").strip() if self.action == "fill" else ""
        for row in self.rows:
            code = row.unit.code
            row.takes_part = f"part-{code}" in form
            row.number, row.reserves = (
                form.get(f"number-{code}", "").strip(),
                form.get(f"reserves-{code}", "").strip(),
            )
            row.deadline = form.get(f"deadline-{code}", "").strip()
            if fill.isdigit() and row.leaf and row.takes_part:
                row.number = fill
            if row.leaf and row.takes_part:
                row.fault = self._unit_fault(row)
        self.rules = []
        place = 0
        while f"rule-{place}-kind" in form and place < 200:
            rule = RuleRow(
                **{
                    key: form.get(f"rule-{place}-{key}", "").strip()
                    for key in ("kind", "unit", "tag", "least", "most", "starts_on", "ends_on")
                }
            )
            rule.fault = _rule_fault(rule)
            self.rules.append(rule)
            place += 1

    def _unit_fault(self, row: UnitRow) -> str:
        if row.number and not row.number.isdigit():
            return _("The quota “%(value)s” is not a whole number. Type digits alone.", value=row.number)
        if row.reserves and not row.reserves.isdigit():
            return _("The reserves “%(value)s” are not a whole number. Type digits alone.", value=row.reserves)
        day = _day(row.deadline)
        if row.deadline and day is None:
            return _("“%(value)s” is not a day. Write it as 2023-07-31.", value=row.deadline)
        if day and not self.campaign.starts_on <= day:
            return _("The deadline is before the first day of visits. Choose a later day.")
        return ""

    def is_valid(self) -> bool:
        return not self.faults

    def unit_plans(self) -> list[UnitPlan]:
        return [
            UnitPlan(row.unit.code, _day(row.deadline), int(row.reserves or 0)) for row in self.leaves if row.takes_part
        ]

    def quota_plans(self) -> list[QuotaPlan]:
        plans = [
            QuotaPlan("exact_per_unit", row.unit.code, int(row.number), int(row.number))
            for row in self.leaves
            if row.takes_part and row.number
        ]
        part = [row.unit.code for row in self.leaves if row.takes_part]
        for rule in self.rules:
            if rule.kind:
                units = part if not rule.unit else [rule.unit] if rule.unit in part else []
                plans += [
                    QuotaPlan(
                        rule.kind,
                        code,
                        _whole(rule.least),
                        _whole(rule.most),
                        None,
                        rule.tag or None,
                        _day(rule.starts_on),
                        _day(rule.ends_on),
                    )
                    for code in units
                ]
        return plans


def _merged(ledger: list, leaves: set[str]) -> list[RuleRow]:
    """Rows that say the same for every participating leaf become one row for all."""
    codes_by_rule: dict[tuple[str, ...], list[str]] = {}
    for row in ledger:
        texts = [
            str(value) if value is not None else ""
            for value in (row.tag, row.least, row.most, row.starts_on, row.ends_on)
        ]
        codes_by_rule.setdefault((row.kind, *texts), []).append(row.unit_code)
    rules = []
    for (kind, tag, least, most, starts_on, ends_on), codes in codes_by_rule.items():
        units = [""] if set(codes) >= leaves and leaves else codes
        rules += [RuleRow(kind, code, tag, least, most, starts_on, ends_on) for code in units]
    return rules


def _rule_fault(rule: RuleRow) -> str:
    if not rule.kind:
        return ""
    if rule.kind not in QUOTA_KINDS or rule.kind == "exact_per_unit":
        return _("This kind of rule is not known. Choose one from the list.")
    for value in (rule.least, rule.most):
        if value and not value.isdigit():
            return _("“%(value)s” is not a whole number. Type digits alone.", value=value)
    if rule.least and rule.most and int(rule.least) > int(rule.most):
        return _("The least (%(least)s) is more than the most (%(most)s). Swap them.", least=rule.least, most=rule.most)
    if rule.kind == "least_per_tag" and not rule.tag:
        return _("This rule needs a mark, for example 专精特新. Type it.")
    if rule.kind in ("range_per_group", "least_per_tag", "least_per_deputy") and not (rule.least or rule.most):
        return _("This rule needs a number. Type the least.")
    if rule.kind == "date_window" and not (_day(rule.starts_on) and _day(rule.ends_on)):
        return _("This rule needs two days, written as 2023-07-31.")
    return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    return int(text) if text else None
