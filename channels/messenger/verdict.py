"""What the Send API's errors mean: which may be tried again, and what staff are told of the others."""

from __future__ import annotations

from typing import Any, Final

from channels.protocol import Outcome, Receipt
from channels.vendor import Answer

_BUSY: Final = {4, 17, 32, 613, 1200, 80006}
_BROKEN: Final = {1, 2}
_TOKEN: Final = 190
_REFUSALS: Final = {
    10: "Facebook이 정한 기간(챗봇 24시간, 담당자 7일)이 지났거나 권한이 없어 보낼 수 없습니다.",
    100: "받는 분을 찾을 수 없습니다.",
    200: "받는 분이 이 페이지의 메시지를 받지 않습니다.",
    551: "받는 분이 이 페이지의 메시지를 받지 않습니다.",
}


def judged(answer: Answer) -> Receipt:
    """The platform's own code says more than the status, which is 400 for nearly everything."""
    code = _code(answer.body)
    if answer.ok or not code:
        return answer.receipt
    if code in _BUSY:
        return Receipt(Outcome.LATER, "요청이 너무 많다고 합니다.", retry_after=answer.receipt.retry_after)
    if code in _BROKEN:
        return Receipt(Outcome.LATER, "Facebook에 장애가 있습니다.", uncertain=True)
    if code == _TOKEN:
        return Receipt(Outcome.LATER, "페이지 액세스 토큰이 올바르지 않거나 만료되었습니다.")
    reason = _REFUSALS.get(code)
    return Receipt(Outcome.REFUSED, reason) if reason else answer.receipt


def _code(body: Any) -> int:
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) else 0
