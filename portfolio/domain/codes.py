"""National project codes (全国投资项目代码, GB/T 40058-2021)."""

from __future__ import annotations

import re

from portfolio.domain.sentences import Sentence, say

_FORM = re.compile(r"(\d{2})(\d{2})-\d{6}-\d{2}-\d{2}-(\d{6})", re.ASCII)


def check_digit(digits: str) -> str:
    """Return the ISO 7064 MOD 11,10 check digit of ``digits``."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def national_code_warning(code: str) -> Sentence | None:
    """Say what looks wrong with a national project code, or None. A warning, never a refusal.

    The code opens with year and month (2411). The form used before November 2020 opens with a full year
    (2019), which is no month, and has no check digit.
    """
    match = _FORM.fullmatch(code)
    if match is None:
        return say("全国投资项目代码的格式应为 2411-340104-04-01-881552（年月-地区-部门-类型-顺序号）")
    century, month, tail = match.groups()
    if not 1 <= int(month) <= 12:
        is_old_form = century == "20" and int(month) <= 20
        return (
            None
            if is_old_form
            else say("首组“{century}{month}”不是年月，请核对代码是否抄错", century=century, month=month)
        )
    digits = code.replace("-", "")
    if check_digit(digits[:-1]) != digits[-1]:
        return say("末组“{tail}”的校验位不符，请核对代码是否抄错", tail=tail)
    return None
