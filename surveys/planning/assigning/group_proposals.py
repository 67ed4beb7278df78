"""按镇街自动提议: proposes a group for each subject, town by town. Touches groups and subjects; writes nothing."""

from collections.abc import Sequence

from surveys.planning.campaigns.subjects import ListEntry
from surveys.planning.people.groups import Group


def propose(
    entries: Sequence[ListEntry], groups: Sequence[Group], loads: dict[str, int], towns: dict[str, set[str]]
) -> list[tuple[ListEntry, Group]]:
    """A group for each entry. `loads`: what a group has already; `towns`: the towns it goes to already.

    Entries are taken town by town, biggest town first; a group that goes to the town and is below the even share comes first,
    then the group with least. The same input gives the same answer.
    """
    if not groups:
        return []
    load = {group.id: loads.get(group.id, 0) for group in groups}
    goes = {group.id: set(towns.get(group.id, ())) for group in groups}
    share = -(-(sum(load.values()) + len(entries)) // len(groups))
    by_town: dict[str, list[ListEntry]] = {}
    for entry in entries:
        by_town.setdefault(entry.subject.town or "", []).append(entry)
    pairs = []
    for town, rows in sorted(by_town.items(), key=lambda item: (-len(item[1]), item[0])):
        for entry in sorted(rows, key=lambda row: row.number):
            group = min(
                groups,
                key=lambda group: (load[group.id] >= share, town not in goes[group.id], load[group.id], group.number),
            )
            load[group.id] += 1
            goes[group.id].add(town)
            pairs.append((entry, group))
    return pairs
