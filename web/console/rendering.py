"""Pages from templates: Jinja2 with autoescape, no inline script or style anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fastapi.templating import Jinja2Templates
from jinja2 import pass_context
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import Response

from desk import kinds
from desk.queues import QUEUES
from web.console import words

_TEMPLATES = Jinja2Templates(Path(__file__).parent.parent / "templates")

# What a redirect may say on the page it leads to: only these, so that no address can put words on a page.
_NOTICES: Final = {
    "replied": ("good", "답변을 보냈습니다. 아래 대화에서 확인하실 수 있습니다."),
    "took": ("good", "문의를 맡았습니다."),
    "closed": ("good", "문의를 종결했습니다."),
    "taken": ("good", "대화를 넘겨받았습니다. 고객에게 담당자를 안내했습니다."),
    "whispered": ("good", "귓속말을 남겼습니다. 고객에게는 보이지 않습니다."),
    "given": ("good", "대화를 챗봇에 돌려주었습니다."),
    "password": ("good", "비밀번호를 바꾸었습니다. 다른 기기의 로그인은 모두 끊었습니다."),
    "excused": ("good", "약속을 이행률에서 제외했습니다."),
    "judged": ("good", "판정을 남겼습니다."),
    "taken-back": ("good", "판정을 되돌렸습니다."),
    "published": (
        "good",
        "항목의 다른 표현으로 추가했습니다. 1분쯤 뒤부터 답변에 쓰입니다.",
    ),
    "unpublished": (
        "good",
        "추가했던 표현을 뺐습니다. 1분쯤 뒤부터 답변에 반영됩니다.",
    ),
    "calendar": ("good", "달력을 조정했습니다. 지금부터 정하는 기한에 반영됩니다."),
    "calendar-removed": ("good", "조정을 취소했습니다. 공휴일 달력을 따릅니다."),
    "noticed": ("good", "알림을 모두 읽음으로 표시했습니다."),
    "mailing": ("good", "전자우편을 다시 보냅니다. 잠시 뒤에 확인해 주십시오."),
    "reloaded": ("good", "색인을 다시 만들었습니다."),
    "resent": ("good", "답변을 다시 보냅니다. 결과는 잠시 뒤 이 화면에서 확인하실 수 있습니다."),
    "rerouted": ("good", "다른 방법으로 보냅니다. 결과는 잠시 뒤 이 화면에서 확인하실 수 있습니다."),
    "told-by-phone": ("good", "전화로 안내한 것을 기록했습니다."),
    "phoned": ("good", "전화로 답변한 내용을 기록했습니다."),
    "start": ("good", "처리를 시작했습니다."),
    "ask": ("good", "고객에게 여쭈었습니다. 답이 오면 이 화면에 나타납니다."),
    "tell": ("good", "경과를 알렸습니다."),
    "apologise": ("good", "고객에게 사과드렸습니다."),
    "extend": ("good", "답변 기한을 연장하고 고객에게 알렸습니다."),
    "delay": ("good", "지연 안내를 보냈습니다."),
    "decide": ("good", "검토 결과를 알렸습니다."),
    "remedy": ("good", "조치를 기록하고 알렸습니다."),
    "book": ("good", "상담을 예약하고 알렸습니다."),
    "note": ("good", "메모를 남겼습니다."),
    "assign": ("good", "담당자를 정했습니다."),
    "transfer": ("good", "이관했습니다. 고객에게 새 담당 부서를 안내했습니다."),
    "reclassify": ("good", "접수 유형을 바꾸었습니다."),
    "merge": ("good", "다른 문의에 병합했습니다."),
    "drafted": ("good", "FAQ 초안을 저장했습니다. 편집자가 확인한 뒤에 공개합니다."),
    "entry": ("good", "FAQ 항목을 공개했습니다. 1분쯤 뒤부터 답변에 쓰입니다."),
    "discarded": ("good", "초안을 버렸습니다."),
    "template": ("good", "답변 서식을 저장했습니다."),
    "removed": ("good", "답변 서식을 지웠습니다."),
    "department": ("good", "부서를 저장했습니다. 담당 업무를 바꾸셨다면 1분쯤 뒤부터 안내에 반영됩니다."),
    "person": ("good", "직원 정보를 저장했습니다."),
    "presence": ("good", "재석 상태를 바꾸었습니다."),
    "activated": ("good", "계정을 다시 사용합니다."),
    "rule": ("good", "배정 규칙을 추가했습니다. 다음 문의부터 따릅니다."),
    "unruled": ("good", "배정 규칙을 지웠습니다."),
    "unlearned": ("good", "배운 배정을 지웠습니다."),
}


def notice(tone: str, text: str) -> dict[str, str]:
    """A line at the top of a page; `tone` is good, bad or info."""
    return {"tone": tone, "text": text}


def render(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The template of `templates/console/` as a page that no cache keeps."""
    settings = request.app.state.settings
    done = _NOTICES.get(request.query_params.get("done", ""))
    everywhere = {
        "foundation": settings.foundation_name,
        "idle_minutes": settings.staff_idle_minutes,
        "notice": notice(*done) if done else None,
    }
    return _TEMPLATES.TemplateResponse(
        request,
        f"console/{template}",
        everywhere | dict(context),
        status_code=status,
        headers={"Cache-Control": "no-store"} | dict(headers or {}),
    )


def fingerprint(shown: object) -> str:
    """Differs when what is shown differs; `shown` is a dataclass, or a list of them."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


@pass_context
def _public(context: Context, path: str) -> str:
    request: Request = context["request"]
    return str(request.app.url_path_for("public", path=f"/{path}"))


_TEMPLATES.env.globals["public"] = _public
_TEMPLATES.env.filters |= {
    "day": words.day,
    "clock": words.clock,
    "moment": words.moment,
    "dated": words.dated,
    "local": words.local,
    "channel": words.channel,
    "waited": words.waited,
    "delivery_state": words.delivery_state,
    "other_way": words.other_way,
    "state_tag": words.state_tag,
    "kind": kinds.label,
    "act": words.act,
    "queue": lambda name: QUEUES.get(name, name),
}
_TEMPLATES.env.trim_blocks = True
_TEMPLATES.env.lstrip_blocks = True
