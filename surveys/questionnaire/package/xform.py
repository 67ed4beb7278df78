"""An XForm, as pyxform writes it → its parts as plain data: nodes, binds, controls, choice lists, texts, actions.

Nothing is judged here; `package.py` puts the parts together and parses the rules.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

_XF = "{http://www.w3.org/2002/xforms}"
_H = "{http://www.w3.org/1999/xhtml}"
_JR = "{http://openrosa.org/javarosa}"
_ITEXT = re.compile(r"jr:itext\('(.*)'\)$", re.DOTALL)
_NAMESPACE = re.compile(r"\{[^}]*\}")
# Stands for a translation that the workbook leaves empty: a page then falls back to the default language.
NO_TEXT = "\ue0ff"
MEDIA = ("image", "big-image", "audio")
_OWN_ATTRIBUTES = frozenset(("ref", "nodeset", "appearance", "mediatype", "query"))

# A text: plain, or a list of plain texts and rules (a rule is a one-element tuple until it is parsed).
TextParts = str | list[Any]


@dataclass(slots=True)
class Node:
    """One node of the answer tree. `path` starts at the root, without its name."""

    name: str
    path: str
    default: str
    parent: int
    kids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Control:
    """What the page shows for a node."""

    tag: str
    path: str
    attributes: dict[str, str]
    label: str = ""
    hint: str = ""
    itemset: str = ""
    item_value: str = "name"
    item_label: str = "label"
    inline_items: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Action:
    """A set-value action: `event` names when, `trigger` the path of the question that sets it off."""

    events: list[str]
    path: str
    value: str
    text: str
    trigger: str = ""


@dataclass(slots=True)
class XForm:
    title: str
    form_id: str
    version: str
    root: str
    nodes: list[Node] = field(default_factory=list)
    binds: dict[str, dict[str, str]] = field(default_factory=dict)
    controls: dict[str, Control] = field(default_factory=dict)
    repeats: dict[str, str] = field(default_factory=dict)  # path → count rule ("" for an open repeat)
    lists: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    languages: list[str] = field(default_factory=list)  # the default first; empty when nothing is translated
    texts: dict[str, dict[str, TextParts]] = field(default_factory=dict)  # language → id → text
    actions: list[Action] = field(default_factory=list)
    instance_name: str = ""


def read_xform(text: str) -> XForm:
    """The parts of the XForm `text`."""
    document = ElementTree.fromstring(text)  # noqa: S314  pyxform wrote it a moment ago; it declares no entities
    model = document.find(f"{_H}head/{_XF}model")
    assert model is not None
    instances = model.findall(f"{_XF}instance")
    root = instances[0][0]
    form = XForm(
        title=document.findtext(f"{_H}head/{_H}title") or "",
        form_id=root.get("id", ""),
        version=root.get("version", ""),
        root=_local(root.tag),
    )
    _read_nodes(form, root, "", -1)
    _read_binds(form, model)
    for instance in instances[1:]:
        if not instance.get("src"):  # an attached file is not there: rules that read it lead to nothing
            _read_list(form, instance)
    _read_itext(form, model)
    body = document.find(f"{_H}body")
    for element in () if body is None else body:
        _read_control(form, element)
    for element in model.iter(f"{_XF}setvalue"):
        form.actions.append(_action(form, element, ""))
    return form


def _local(tag: str) -> str:
    return _NAMESPACE.sub("", tag)


def _short(form: XForm, path: str) -> str:
    """A path of the XForm without the name of the root."""
    return path.strip().removeprefix("/" + form.root)


def _read_nodes(form: XForm, element: ElementTree.Element, path: str, parent: int) -> int:
    index = len(form.nodes)
    node = Node(_local(element.tag), path, "" if len(element) else element.text or "", parent)
    form.nodes.append(node)
    names: set[str] = set()
    for child in element:
        name = _local(child.tag)
        if name in names or (parent < 0 and name == "meta"):
            continue  # the first instance of a repeat follows its template; meta is the envelope's
        names.add(name)
        node.kids.append(_read_nodes(form, child, f"{path}/{name}", index))
    return index


def _read_binds(form: XForm, model: ElementTree.Element) -> None:
    for bind in model.findall(f"{_XF}bind"):
        path = _short(form, bind.get("nodeset", ""))
        attributes = {_NAMESPACE.sub("jr:" if key.startswith(_JR) else "", key): value for key, value in bind.items()}
        attributes.pop("nodeset", None)
        if path == "/meta/instanceName":
            form.instance_name = attributes.get("calculate", "")
        form.binds[path] = attributes


def _read_list(form: XForm, instance: ElementTree.Element) -> None:
    rows = []
    for number, item in enumerate(instance.iter(f"{_XF}item")):
        row = {_local(cell.tag): cell.text or "" for cell in item}
        if "itextId" not in row and "label" in row:
            row["itextId"] = f"{instance.get('id')}-{number}"
            form.texts.setdefault("", {})[row["itextId"]] = row.pop("label")
        rows.append(row)
    form.lists[instance.get("id", "")] = rows


def _read_itext(form: XForm, model: ElementTree.Element) -> None:
    translations = list(model.iter(f"{_XF}translation"))
    translations.sort(key=lambda element: element.get("default") is None)
    for translation in translations:
        language = translation.get("lang", "")
        form.languages.append(language)
        texts = form.texts.setdefault(language, {})
        for entry in translation.findall(f"{_XF}text"):
            for value in entry.findall(f"{_XF}value"):
                kind = value.get("form", "")
                parts = text_parts(value)
                if kind in MEDIA and isinstance(parts, str):
                    parts = parts.rpartition("/")[2]
                    parts = NO_TEXT if parts == "-" else parts  # so pyxform marks a language without a picture
                elif kind not in ("", "guidance"):
                    continue
                if parts != NO_TEXT:
                    texts[entry.get("id", "") + (f":{kind}" if kind else "")] = parts


def text_parts(element: ElementTree.Element) -> TextParts:
    """The text of an element with the `<output>`s in it."""
    outputs = [child for child in element if _local(child.tag) == "output"]
    if not outputs:
        return "".join(element.itertext())
    parts: list[Any] = [element.text or ""]
    for child in outputs:
        parts += [(child.get("value", ""),), child.tail or ""]
    return [part for part in parts if part]


def _read_control(form: XForm, element: ElementTree.Element) -> None:
    tag = _local(element.tag)
    path = _short(form, element.get("ref") or element.get("nodeset") or "")
    if tag == "repeat":
        form.repeats[path] = (element.get(f"{_JR}count") or "").strip()
        group = form.controls.setdefault(path, Control("group", path, {}))
        if element.get("appearance"):
            group.attributes["appearance"] = element.get("appearance", "")
    elif path and tag not in ("label", "hint"):
        control = form.controls[path] = Control(tag, path, {_local(key): value for key, value in element.items()})
        _read_parts(form, element, control)
    for child in element:
        name = _local(child.tag)
        if name == "setvalue":
            form.actions.append(_action(form, child, "" if tag in ("group", "repeat") else path))
        elif name not in ("label", "hint", "itemset", "item", "value"):
            _read_control(form, child)


def _read_parts(form: XForm, element: ElementTree.Element, control: Control) -> None:
    for child in element:
        name = _local(child.tag)
        if name in ("label", "hint"):
            setattr(control, name, _text_id(form, child, f"{control.path}:{name}"))
        elif name == "itemset":
            control.itemset = child.get("nodeset", "")
            for part in child:
                if _local(part.tag) == "value":
                    control.item_value = part.get("ref", "")
                elif _local(part.tag) == "label":
                    control.item_label = part.get("ref", "")
        elif name == "item":
            item = {"name": child.findtext(f"{_XF}value") or ""}
            label = child.find(f"{_XF}label")
            if label is not None:
                item["itextId"] = _text_id(form, label, f"{control.path}/{item['name']}:label")
            control.inline_items.append(item)


def _text_id(form: XForm, element: ElementTree.Element, otherwise: str) -> str:
    """The id of a label's text; a label written in place gets one."""
    match = _ITEXT.match(element.get("ref") or "")
    if match:
        return match.group(1)
    form.texts.setdefault("", {})[otherwise] = text_parts(element)
    return otherwise


def message_id(form: XForm, path: str, attribute: str) -> str:
    """The id of a bind's message (`jr:constraintMsg`, `jr:requiredMsg`), or the empty string."""
    text = form.binds.get(path, {}).get(attribute, "")
    if not text:
        return ""
    match = _ITEXT.match(text)
    if match:
        return match.group(1)
    identifier = f"{path}:{attribute}"
    form.texts.setdefault("", {})[identifier] = text
    return identifier


def _action(form: XForm, element: ElementTree.Element, trigger: str) -> Action:
    events = next((value for key, value in element.items() if _local(key) == "event"), "").split()
    return Action(events, _short(form, element.get("ref", "")), element.get("value", ""), element.text or "", trigger)


def parameters(control: Control, bind: dict[str, str]) -> dict[str, str]:
    """The parameters of a question, from wherever pyxform put them."""
    values = {key: value for key, value in control.attributes.items() if key not in _OWN_ATTRIBUTES}
    values |= {key: bind[key] for key in ("max-pixels", "quality") if key in bind}
    return values
