"""Slack answers 200 to nearly everything; what came of a call stands in the body."""

from __future__ import annotations

from typing import Any, Final

from channels.protocol import Outcome, Receipt
from channels.vendor import Answer

# Taken at an earlier try under the same `client_msg_id`, and deleted since; or gone before it was changed.
_DONE: Final = frozenset({"duplicate_message_not_found", "message_not_found"})
_BUSY: Final = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_MENDED_BY_OPERATOR: Final = {
    "invalid_auth": "슬랙 토큰이 올바르지 않습니다.",
    "not_authed": "슬랙 토큰이 올바르지 않습니다.",
    "token_expired": "슬랙 토큰의 기간이 지났습니다.",
    "token_revoked": "슬랙 토큰이 취소되었습니다.",
    "account_inactive": "슬랙 앱이 삭제되었거나 꺼져 있습니다.",
    "missing_scope": "슬랙 앱에 필요한 권한이 없습니다.",
    "not_in_channel": "슬랙 앱이 그 채널에 초대되어 있지 않습니다.",
    "restricted_action": "슬랙 관리자가 글쓰기를 제한하였습니다.",
}
_FOR_GOOD: Final = {
    "channel_not_found": "그 슬랙 채널이나 사용자를 찾을 수 없습니다.",
    "user_not_found": "그 슬랙 사용자를 찾을 수 없습니다.",
    "user_disabled": "슬랙에서 비활성화된 사용자입니다.",
    "is_archived": "보관된 슬랙 채널입니다.",
    "cannot_dm_bot": "봇에게는 보낼 수 없습니다.",
}


def judged(answer: Answer) -> Receipt:
    """What came of a call; `Receipt.id` is "channel:ts" of the message that was posted or changed."""
    if not answer.ok:
        return answer.receipt
    body: dict[str, Any] = answer.body if isinstance(answer.body, dict) else {}
    error = str(body.get("error", ""))
    if body.get("ok") is True or error in _DONE:
        name = f"{body.get('channel')}:{body.get('ts')}" if body.get("ts") else ""
        return Receipt(Outcome.SENT, id=name)
    if error == "ratelimited":
        return Receipt(Outcome.LATER, "요청이 너무 많다고 합니다.")
    if error in _MENDED_BY_OPERATOR:
        return Receipt(Outcome.LATER, _MENDED_BY_OPERATOR[error])
    if error in _BUSY or not error:
        return Receipt(Outcome.LATER, "슬랙에 장애가 있습니다.", uncertain=True)
    return Receipt(Outcome.REFUSED, _FOR_GOOD.get(error, "슬랙이 받지 않았습니다."))
