"""Keys of age as text: Bech32 (BIP 173) without its limit of length. Pure."""

LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def encode(prefix: str, data: bytes) -> str:
    """`prefix`, the digit 1, the data five bits a letter, six letters of checksum; all in small letters."""
    values = _regroup(data, 8, 5, pad=True)
    whole = [*_spread(prefix), *values, 0, 0, 0, 0, 0, 0]
    check = _polymod(whole) ^ 1
    values += [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return prefix + "1" + "".join(LETTERS[value] for value in values)


def decode(text: str) -> tuple[str, bytes]:
    """Prefix (in small letters) and data. Raises ValueError for anything that was mistyped."""
    if text not in (text.lower(), text.upper()):
        raise ValueError("small and capital letters are mixed")
    prefix, _one, letters = text.lower().rpartition("1")
    if not prefix or len(letters) < 6 or not set(letters) <= set(LETTERS):
        raise ValueError("not a key")
    values = [LETTERS.index(letter) for letter in letters]
    if _polymod([*_spread(prefix), *values]) != 1:
        raise ValueError("a letter is wrong")
    return prefix, bytes(_regroup(values[:-6], 5, 8, pad=False))


def _spread(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, term in enumerate(GENERATOR):
            if top >> place & 1:
                check ^= term
    return check


def _regroup(values: bytes | list[int], width: int, new: int, *, pad: bool) -> list[int]:
    bits = count = 0
    regrouped: list[int] = []
    for value in values:
        bits, count = bits << width | value, count + width
        while count >= new:
            count -= new
            regrouped.append(bits >> count & ((1 << new) - 1))
        bits &= (1 << count) - 1
    if pad and count:
        regrouped.append(bits << (new - count) & ((1 << new) - 1))
    elif not pad and (count >= width or bits):
        raise ValueError("bits are left over")
    return regrouped
