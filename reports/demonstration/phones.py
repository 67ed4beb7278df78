"""The form of the rehearsal with one complete set of answers: what outside clients send (receiving.md 10).

Pure. The model questionnaire with its media questions, filled in by a simulated firm that has something to say.
"""

from reports.demonstration.answers import Interview, answer, facts_of
from reports.demonstration.enterprises import enterprises
from reports.demonstration.preparation import QUESTIONNAIRE
from reports.demonstration.rehearsals import RehearsalForm
from reports.demonstration.texts import texts
from reports.demonstration.traits import traits
from surveys.questionnaire.facts import facts
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.state.evaluation import FormState

CLOCK = "2023-07-12T10:20:00+08:00"


def rehearsal_form(seed: int = 1) -> RehearsalForm:
    """The package with media on, and answers that obey it; a free-text question and a photo question are named."""
    reading = read_workbook(QUESTIONNAIRE.read_bytes(), name=QUESTIONNAIRE.name, media=True)
    assert reading.package is not None
    package = reading.package
    firm = enterprises(seed, 60)[1]
    interview = Interview(
        key=("phones", 1),
        facts=facts_of(firm, visited_on=CLOCK[:10], mode="onsite"),
        traits=traits(seed, firm),
        outcome="visited",
        clock=CLOCK,
        preload=facts.preload(
            package,
            assignment={
                "id": f"{firm.unit}-0001",
                "enterprise_name": firm.name,
                "enterprise_uscc": firm.uscc,
                "district": firm.district,
            },
            attendance={"chosen": "yes", "names": ["演练代表"], "levels": ["district"]},
        ),
        problems=[text for text in texts() if text.kind == "problem" and text.category2][:1],
        suggestions=[text for text in texts() if text.kind == "suggestion"][:1],
    )
    state = answer(package, interview, seed=seed)
    return RehearsalForm(
        package=package,
        answers=state.answers(),
        repeats=state.repeats,
        text=_free_text(package, state),
        photo=next((one["path"] for one in package["defs"] if one.get("type") == "image"), None),
    )


def _free_text(package: Package, state: FormState) -> str:
    """An open question in free words outside of repeats: the last one, on which nothing else depends."""
    paths = [
        one["path"] for one in package["defs"] if one.get("type") == "text" and one.get("appearance") == "multiline"
    ]
    open_paths = [path for path in paths if path in state.nodes and state.node(path).relevant]
    return open_paths[-1]
