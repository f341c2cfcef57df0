"""Bad input: every error at once, each with file, key, what was found, what is expected and what was probably meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from sim.scenario.loading import InputErrors, load, with_overrides
from sim.scenario.policies import Action
from sim.scenario.problems import one_of

ACTIONS = [do for action in get_args(get_args(Action)[0]) for do in get_args(action.model_fields["do"].annotation)]

GOOD = """\
schema_version = 1
name = "question"
replications = 100
seed = 1

[scenario]
name = "company"
start = 2023-10-31
horizon_months = 12
country = "GB"

[scenario.opening]
cash = "$4.0M"

[[scenario.opening.invoices]]
creditor = "cloud-a"
amount = 0.6e6
due = 2023-09-30

[[scenario.vendors]]
name = "cloud-a"
monthly_usage = 1.0e6
service_share = 0.8

[[scenario.vendors]]
name = "cloud-b"
monthly_usage = 0.2e6
service_share = 0.2
net_days = 30

[[scenario.staff]]
name = "research"
head_count = 20
monthly_cost = 20000
country = "US"
funding_business_days = 2

[[scenario.key_people]]
name = "head-of-research"
group = "research"
product_loss = 0.1

[[scenario.investors]]
name = "insiders"
kind = "insider"
amount = {distribution = "uniform", low = 0.5e6, high = 1.5e6}

[[scenario.lines]]
name = "grants"
direction = "in"
every = "month"
day = 15
amount = 1000

[[scenario.ends]]
name = "sale"
end = "acquired"
per_month = 0.01

[[policies]]
name = "cut-compute"

[[policies.actions]]
do = "cut_compute"
vendor = "cloud-a"
on = 2023-11-15
share = 0.4

[[policies]]
name = "stretch"

[[policies.actions]]
do = "set"
parameter = "treasury.stretch_days.vendors"
value = 60
"""

BAD = {
    "a misspelt key": (
        "net_days = 30",
        "net_dayz = 30",
        'scenario.vendors[1].net_dayz ("cloud-b")',
        'found an unknown key, expected a key of this table; did you mean "net_days"?',
    ),
    "a wrong type": (
        "net_days = 30",
        'net_days = "thirty"',
        'scenario.vendors[1].net_days ("cloud-b")',
        'found "thirty", expected a whole number of at least 0 (days)',
    ),
    "a wrong unit": (
        "net_days = 30",
        'net_days = {value = 4, unit = "weeks"}',
        'scenario.vendors[1].net_days.unit ("cloud-b")',
        'found "weeks", expected the unit "days"',
    ),
    "negative days": (
        "net_days = 30",
        "net_days = -3",
        'scenario.vendors[1].net_days ("cloud-b")',
        "found -3, expected a whole number of at least 0 (days)",
    ),
    "negative cash": (
        'cash = "$4.0M"',
        'cash = "-$4.0M"',
        "scenario.opening.cash",
        'found "-$4.0M", expected an amount of at least 0 (USD)',
    ),
    "a probability over 1": (
        "share = 0.4",
        "share = 1.4",
        'policies[0].actions[0].share ("cut-compute")',
        "found 1.4, expected a number from 0 to 1 (share)",
    ),
    "an end before the start": (
        "horizon_months = 12",
        "horizon_months = -1",
        "scenario.horizon_months",
        "found -1, expected at least 1",
    ),
    "no horizon": (
        "horizon_months = 12",
        "",
        "scenario.horizon_months",
        "found nothing, expected a number of months, or horizon_days",
    ),
    "an action before the start": (
        "on = 2023-11-15",
        "on = 2023-10-31",
        'policies[0].actions[0].on ("cut-compute")',
        "found 2023-10-31, expected a day after the start of the scenario, 2023-10-31",
    ),
    "an action at no time": (
        "on = 2023-11-15",
        "",
        'policies[0].actions[0].on ("cut-compute")',
        "found nothing, expected a date, a condition `when`, or `after` another action",
    ),
    "an action that is over before it may begin": (
        "on = 2023-11-15",
        "on = 2023-11-15\nuntil = 2023-11-15",
        'policies[0].actions[0].until ("cut-compute")',
        "found 2023-11-15, expected a day after 2023-11-15",
    ),
    "an action after one that is not there": (
        "on = 2023-11-15",
        'after = "raise"',
        'policies[0].actions[0].after ("cut-compute")',
        'found "raise", expected the name of another action of this policy, and there is none',
    ),
    "a condition that nobody can look at": (
        "on = 2023-11-15",
        "when = {runway_below_week = 6}",
        'policies[0].actions[0].when.runway_below_week ("cut-compute")',
        'found an unknown key, expected a key of this table; did you mean "runway_below_weeks"?',
    ),
    "a duplicate name": (
        'name = "cloud-b"',
        'name = "cloud-a"',
        'scenario.vendors[1].name ("cloud-a")',
        'found "cloud-a", expected a name that no other of the vendors has',
    ),
    "two policies of one name": (
        'name = "stretch"',
        'name = "cut-compute"',
        'policies[1].name ("cut-compute")',
        'found "cut-compute", expected a name that no other of the policies has',
    ),
    "a dangling vendor": (
        'vendor = "cloud-a"',
        'vendor = "clod-a"',
        'policies[0].actions[0].vendor ("cut-compute")',
        'found "clod-a", expected the name of a vendor: one of "cloud-a", "cloud-b"; did you mean "cloud-a"?',
    ),
    "a dangling creditor": (
        'creditor = "cloud-a"',
        'creditor = "bank"',
        "scenario.opening.invoices[0].creditor",
        'found "bank", expected the name of a vendor, cost or tax creditor: one of "cloud-a", "cloud-b"',
    ),
    "a dangling group": (
        'group = "research"',
        'group = "sales"',
        'scenario.key_people[0].group ("head-of-research")',
        'found "sales", expected the name of a staff group: "research"',
    ),
    "a dangling path": (
        'parameter = "treasury.stretch_days.vendors"',
        'parameter = "treasury.strech_days.vendors"',
        'policies[1].actions[0].parameter ("stretch")',
        (
            'found "treasury.strech_days.vendors", expected the path of an uncertain input of the scenario, '
            'such as treasury.stretch_days.vendors; did you mean "treasury.stretch_days.vendors"?'
        ),
    ),
    "a path to what is structural": (
        'parameter = "treasury.stretch_days.vendors"',
        'parameter = "horizon_months"',
        'policies[1].actions[0].parameter ("stretch")',
        (
            'found "horizon_months", expected the path of an uncertain input of the scenario; this one is '
            "structural: the same in all policies and replications"
        ),
    ),
    "a path to what is drawn afresh": (
        'parameter = "treasury.stretch_days.vendors"',
        'parameter = "investors.insiders.amount"',
        'policies[1].actions[0].parameter ("stretch")',
        (
            'found "investors.insiders.amount", expected the path of an uncertain input of the scenario; this '
            "one is drawn afresh at each occurrence: not an uncertain input"
        ),
    ),
    "a value that its parameter refuses": (
        "value = 60",
        "value = 2.5",
        'policies[1].actions[0].value ("stretch")',
        "found 2.5, expected a whole number of at least 0 (days)",
    ),
    "a distribution where the scenario is structural": (
        "funding_business_days = 2",
        'funding_business_days = {distribution = "uniform", low = 1, high = 3}',
        'scenario.staff[0].funding_business_days ("research")',
        (
            'found a table (distribution = "uniform", low = 1, high = 3), expected a whole number; this is '
            "structural: the same in all replications, never a distribution"
        ),
    ),
    "an unknown distribution": (
        'distribution = "uniform"',
        'distribution = "uniforn"',
        'scenario.investors[0].amount.distribution ("insiders")',
        (
            'found "uniforn", expected one of "fixed", "uniform", "triangular", "pert", "normal", '
            '"lognormal", "exponential", "beta", "discrete", "empirical"; did you mean "uniform"?'
        ),
    ),
    "a distribution upside down": (
        "high = 1.5e6",
        "high = 0.1e6",
        'scenario.investors[0].amount.high ("insiders")',
        "found 100000.0, expected more than 500000, which is low",
    ),
    "a reserved name": (
        'name = "stretch"',
        'name = "do-nothing"',
        'policies[1].name ("do-nothing")',
        'found "do-nothing", expected another name: this one is reserved for the policy without actions',
    ),
    "a policy name that is none": (
        'name = "stretch"',
        'name = "Stretch it"',
        'policies[1].name ("Stretch it")',
        ('found "Stretch it", expected lower-case letters and digits joined by single hyphens, such as "cut-compute"'),
    ),
    "an unknown action": (
        'do = "cut_compute"',
        'do = "cut_computer"',
        'policies[0].actions[0].do ("cut-compute")',
        f'found "cut_computer", expected {one_of(ACTIONS)}; did you mean "cut_compute"?',
    ),
    "an unknown kind of investor": (
        'kind = "insider"',
        'kind = "insidr"',
        'scenario.investors[0].kind ("insiders")',
        'found "insidr", expected one of "outside", "insider"; did you mean "insider"?',
    ),
    "an unknown end": (
        'end = "acquired"',
        'end = "sold"',
        'scenario.ends[0].end ("sale")',
        'found "sold", expected one of "insolvent", "recapitalised", "acquired", "licensed_out", "wound_down"',
    ),
    "a day that no month has": (
        "day = 15",
        "day = 45",
        'scenario.lines[0].day ("grants")',
        "found 45, expected a day of the month from 1 to 31 (31 is the last day)",
    ),
    "a missing key": (
        'cash = "$4.0M"',
        "",
        "scenario.opening.cash",
        "found nothing, expected this key: cash at bank",
    ),
    "0 replications": (
        "replications = 100",
        "replications = 0",
        "replications",
        "found 0, expected at least 1",
    ),
    "a negative seed": (
        "seed = 1",
        "seed = -1",
        "seed",
        "found -1, expected at least 0",
    ),
    "a headline after the horizon": (
        "seed = 1",
        'seed = 1\nheadline = "P(insolvent by 2024-11-01)"',
        "headline",
        'found "P(insolvent by 2024-11-01)", expected a day up to the horizon, 2024-10-31 (day 366)',
    ),
    "a headline on a day after the horizon": (
        "seed = 1",
        'seed = 1\nheadline = "P(zero_cash by day 367)"',
        "headline",
        'found "P(zero_cash by day 367)", expected a day up to the horizon, 2024-10-31 (day 366)',
    ),
    "a headline on a date that is none": (
        "seed = 1",
        'seed = 1\nheadline = "P(insolvent by 2024-02-30)"',
        "headline",
        'found "P(insolvent by 2024-02-30)", expected a date that the calendar has, such as 2024-10-31',
    ),
    "a headline after the horizon of a point": (
        "seed = 1",
        """seed = 1
headline = "P(insolvent by 2024-04-30)"
design = {kind = "grid", axes = [{parameter = "horizon_months", values = [3, 9]}]}""",
        "design.axes[0].values[0]",
        "found 3, expected a value that fits headline: a day up to the horizon, 2024-01-31 (day 92)",
    ),
    "another version of the language": (
        "schema_version = 1",
        "schema_version = 2",
        "schema_version",
        "found 2, expected 1",
    ),
    "an unknown country": (
        'country = "GB"',
        'country = "UK"',
        "scenario.country",
        (
            'found "UK", expected a country whose public holidays are known, by its two letters; the United '
            'Kingdom is "GB"'
        ),
    ),
    "no launch without a subscription": (
        'do = "cut_compute"\nvendor = "cloud-a"\non = 2023-11-15\nshare = 0.4',
        'do = "launch_subscription"\non = 2023-11-15',
        'policies[0].actions[0].do ("cut-compute")',
        'found "launch_subscription", expected another action: the scenario has no subscription to launch',
    ),
    "more than the whole service": (
        "service_share = 0.8",
        "service_share = 0.9",
        "scenario.vendors",
        "found [0.9, 0.2], expected a service_share of at most 1 for all vendors together (it is 1.1)",
    ),
    "TOML that is none": (
        "replications = 100",
        "replications 100",
        "line 3",
        "found \"replications 100\", expected '=' after a key in a key/value pair",
    ),
    "a key twice": (
        "replications = 100",
        "replications = 100\nreplications = 200",
        "line 4",
        'found "replications = 200", expected each key once',
    ),
}
"""What stands in the good file, what stands there instead, the key that is named, and what is said about it."""


def errors_of(path: Path) -> list[str]:
    """Every error of a file, without the file's name, which each begins with."""
    with pytest.raises(InputErrors) as caught:
        load(path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    return [line.removeprefix(f"{path}: ") for line in lines]


def said_of(path: Path) -> str:
    """Good, or every error."""
    try:
        return f"{load(path).name} is good"
    except InputErrors as errors:
        return str(errors)


def written(directory: Path, text: str, name: str = "question.toml") -> Path:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_good_file_is_good(tmp_path: Path) -> None:
    assert [policy.name for policy in load(written(tmp_path, GOOD)).policies] == [
        "do-nothing",
        "cut-compute",
        "stretch",
    ]


@pytest.mark.parametrize(("good", "bad", "key", "said"), BAD.values(), ids=BAD)
def test_one_error_is_one_line(tmp_path: Path, good: str, bad: str, key: str, said: str) -> None:
    assert good in GOOD
    assert errors_of(written(tmp_path, GOOD.replace(good, bad, 1))) == [f"{key}: {said}"]


def test_a_correlation_matrix_that_is_none_is_refused_with_the_nearest_that_is(tmp_path: Path) -> None:
    text = GOOD.replace('cash = "$4.0M"', 'cash = {distribution = "uniform", low = 1e6, high = 4e6}')
    pairs = [("opening.cash", "vendors.cloud-b.monthly_usage"), ("opening.cash", "opening.cash")]
    stated = [f"[[scenario.correlations]]\nbetween = {list(pair)}\nvalue = 1.0\n" for pair in pairs]
    expected = "expected the path of an input with a distribution; this one is a number"
    first, second = errors_of(written(tmp_path, text + "\n".join(stated)))
    assert first.endswith(expected)
    assert second.endswith("expected two inputs that no other correlation pairs")


def test_all_errors_come_at_once(tmp_path: Path) -> None:
    together = (
        "a misspelt key",
        "negative cash",
        "a dangling vendor",
        "a path to what is structural",
        "0 replications",
    )
    text = GOOD
    for name in together:
        text = text.replace(BAD[name][0], BAD[name][1], 1)
    assert sorted(errors_of(written(tmp_path, text))) == sorted(": ".join(BAD[name][2:]) for name in together)


def test_a_missing_file_suggests_its_neighbour(tmp_path: Path) -> None:
    neighbour = written(tmp_path, GOOD)
    assert errors_of(tmp_path / "qestion.toml") == [
        f'found no such file, expected a TOML file; did you mean "{neighbour}"?'
    ]


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert errors_of(tmp_path) == ["found that it cannot be read (is a directory), expected a TOML file"]


def test_a_file_must_be_utf8(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('name = "caf\xe9"'.encode("latin-1"))
    assert errors_of(path) == ["byte 12: found 0xe9, expected text in UTF-8"]


@pytest.mark.parametrize("text", ["", "a = 1", "scenario = 3", "[[scenario]]", "policies = 3", "[policies]\nname = 3"])
def test_a_file_that_says_little_is_refused(tmp_path: Path, text: str) -> None:
    assert errors_of(written(tmp_path, text))


SCALARS = ["3", "inf", "9" * 400, "true", '"x"', '"\\u0000"', "1979-05-27T07:32:00Z"]
COMPOUNDS = ["[]", "[1, [2]]", "[{}]", "{}", "{a = {b = 1}}"]


@pytest.mark.parametrize("value", SCALARS + COMPOUNDS)
def test_no_value_of_any_key_is_a_crash(tmp_path: Path, value: str) -> None:
    lines = GOOD.splitlines()
    for number, line in enumerate(lines):
        key, equals, _ = line.partition(" = ")
        if equals:
            text = "\n".join([*lines[:number], f"{key} = {value}", *lines[number + 1 :]])
            assert said_of(written(tmp_path, text))


def scenario_and_experiment(directory: Path, scenario: str) -> Path:
    written(directory, scenario, "company.toml")
    head, rest = GOOD.split("[scenario]\n")[0], GOOD[GOOD.index("[[policies]]") :]
    return written(directory, f'scenario = "company.toml"\n{head}{rest}'.replace("seed = 1", "seed = -1"))


def scenario_alone() -> str:
    text = GOOD[GOOD.index("[scenario]\n") : GOOD.index("[[policies]]")]
    return text.replace("[scenario]\n", "").replace("scenario.", "")


def test_errors_of_a_scenario_file_name_that_file(tmp_path: Path) -> None:
    experiment = scenario_and_experiment(tmp_path, scenario_alone().replace("net_days = 30", "net_days = -3"))
    with pytest.raises(InputErrors) as caught:
        load(experiment)
    assert [(error.file, error.key) for error in caught.value.errors] == [
        (str(tmp_path / "company.toml"), 'vendors[1].net_days ("cloud-b")'),
        (str(experiment), "seed"),
    ]


POINTS = """opening.cash,treasury.reserve_wekes,override
100000,,

"$80k",3,
-5,1,poor
1e5,1,,7
"""


def test_errors_of_a_file_of_points_name_its_lines_and_columns_and_a_wrong_path_once(tmp_path: Path) -> None:
    points = written(tmp_path, POINTS, "points.csv")
    design = GOOD.replace("seed = 1", 'seed = 1\ndesign = {kind = "list", file = "points.csv"}', 1)
    question = written(tmp_path, design.replace("replications = 100", "replications = 0"))
    assert said_of(question).splitlines() == [
        f"{points}: line 6: found 4 cells, expected at most 3, one for each column",
        f"{question}: replications: found 0, expected at least 1",
        (
            f'{points}: line 1, column 2 (treasury.reserve_wekes): found "treasury.reserve_wekes", expected the path of'
            ' a parameter, such as treasury.stretch_days.vendors; did you mean "treasury.reserve_weeks"?'
        ),
        f'{points}: line 5, column 3 (override): found "poor", expected the name of an override, and there is none',
        f"{points}: line 5, column 1 (opening.cash): found -5, expected an amount of at least 0 (USD)",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "found no points, expected a line for each point after the line of paths"),
        ("opening.cash\n", "found no points, expected a line for each point after the line of paths"),
        (
            "opening.cash,opening.cash\n1,2\n",
            'line 1, column 2 (opening.cash): found "opening.cash", expected each column once',
        ),
    ],
    ids=["empty", "paths alone", "a path twice"],
)
def test_a_file_of_points_that_states_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    points = written(tmp_path, text, "points.csv")
    design = GOOD.replace("seed = 1", 'seed = 1\ndesign = {kind = "list", file = "points.csv"}', 1)
    assert said_of(written(tmp_path, design)) == f"{points}: {said}"


def test_an_unreadable_scenario_file_does_not_hide_the_other_errors(tmp_path: Path) -> None:
    experiment = scenario_and_experiment(tmp_path, "start = ")
    with pytest.raises(InputErrors) as caught:
        load(experiment)
    assert [(error.file, error.key) for error in caught.value.errors] == [
        (str(tmp_path / "company.toml"), "line 1"),
        (str(experiment), "seed"),
    ]


def test_a_scenario_file_alone_asks_what_happens_if_nobody_acts(tmp_path: Path) -> None:
    experiment = load(written(tmp_path, scenario_alone()))
    assert [policy.name for policy in experiment.policies] == ["do-nothing"]
    assert (experiment.name, experiment.replications, experiment.seed) == ("company", 1000, 1)


def test_a_key_of_a_scenario_file_alone_is_named_as_it_stands(tmp_path: Path) -> None:
    text = scenario_alone().replace("net_days = 30", "net_days = -3")
    assert errors_of(written(tmp_path, text)) == [
        'vendors[1].net_days ("cloud-b"): found -3, expected a whole number of at least 0 (days)'
    ]


@pytest.mark.parametrize(
    ("overrides", "error"),
    [
        (
            {"policies": ["cut-computer"]},
            (
                'policies: found "cut-computer", expected one of "do-nothing", "cut-compute", "stretch"; '
                'did you mean "cut-compute"?'
            ),
        ),
        ({"replications": 0}, "replications: found 0, expected at least 1"),
        ({"seed": 2**63}, "seed: found 9223372036854775808, expected less than 9223372036854775808"),
    ],
)
def test_overrides_are_checked_like_files(tmp_path: Path, overrides: dict[str, Any], error: str) -> None:
    experiment = load(written(tmp_path, GOOD))
    with pytest.raises(InputErrors) as caught:
        with_overrides(experiment, **overrides)
    assert str(caught.value) == error


def test_an_override_keeps_the_baseline_first(tmp_path: Path) -> None:
    chosen = with_overrides(load(written(tmp_path, GOOD)), policies=["stretch"], replications=7, seed=3)
    assert [policy.name for policy in chosen.policies] == ["do-nothing", "stretch"]
    assert (chosen.replications, chosen.seed) == (7, 3)
