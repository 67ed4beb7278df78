"""The answers to a phone's requests that fail: problem+json with a code, a title and a remedy in zh and en (receiving.md 4.5)."""

import json
import random
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Response, g

from surveys.fieldwork.receiving.receipts import Outcome
from surveys.planning.words.visit_words import fill


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer that a request failed. `retry`: now, later, sign_in, never: a phone that does not know the code does this."""

    status: int
    retry: str
    title_zh: str
    remedy_zh: str
    title_en: str
    remedy_en: str

    def words(self, language: str, wait: int | None) -> dict[str, str]:
        """Title and remedy in one language, in the words of the campaign that is spoken of."""
        title, remedy = (self.title_en, self.remedy_en) if language == "en" else (self.title_zh, self.remedy_zh)
        return {"title": fill(title, language), "remedy": fill(remedy, language).format(minutes=minutes(wait))}


PROBLEMS = {
    "fork": Problem(
        409,
        "never",
        "另一部手机已改过这份填报",
        "两份都已保留，工作人员会逐项核对",
        "Another phone has changed this visit",
        "Both are kept; the desk will compare them",
    ),
    "locked": Problem(
        423,
        "never",
        "本单位的报告已经报送",
        "这份填报已保留，暂不计入，由工作人员决定",
        "The unit's report has been submitted",
        "This version is kept and not counted until the desk decides",
    ),
    "unreadable": Problem(
        422,
        "never",
        "收到的内容读不懂",
        "内容已原样保留，请联系联络员",
        "What arrived is not a visit's content",
        "The bytes are kept as they came; please call the liaison",
    ),
    "mismatch": Problem(
        422,
        "never",
        "这份内容是另一次{visiting}的",
        "内容已原样保留，没有记到这次{visiting}上，请联系联络员",
        "This content belongs to another visit",
        "The bytes are kept and not filed under this visit; please call the liaison",
    ),
    "unknown_visit": Problem(
        404,
        "later",
        "服务器上找不到这份走访单",
        "可能是联络员重新派过单；内容完好，请联系联络员",
        "The server does not know this visit",
        "It may have been assigned anew; nothing is lost, please call the liaison",
    ),
    "not_yours": Problem(
        403,
        "never",
        "这次{visiting}不是分给您的",
        "内容已原样保留，由工作人员处理",
        "This visit is not assigned to you",
        "The bytes are kept for the desk",
    ),
    "start_kind": Problem(
        403,
        "never",
        "这类记录不能自己发起",
        "内容已原样保留，由工作人员处理；要补记的，请联系联络员",
        "Records of this kind are not started by deputies",
        "The bytes are kept for the desk; please call the liaison",
    ),
    "start_unit": Problem(
        403,
        "never",
        "您不在这个单位或它的小组里",
        "内容已原样保留，由工作人员处理，请联系联络员",
        "You are in neither this unit nor one of its groups",
        "The bytes are kept for the desk; please call the liaison",
    ),
    "start_window": Problem(
        403,
        "never",
        "发起的日子不在可以记录的期限内",
        "内容已原样保留，由工作人员决定，请联系联络员",
        "It was started outside the days on which records are taken",
        "The bytes are kept and the desk decides; please call the liaison",
    ),
    "start_subject": Problem(
        403,
        "never",
        "对象不在本单位名单上，或没有写标题",
        "内容已原样保留，由工作人员处理，请联系联络员",
        "Its subject is not on this unit's list, or it bears no title",
        "The bytes are kept for the desk; please call the liaison",
    ),
    "start_cap": Problem(
        403,
        "never",
        "这一天发起的次数已到上限",
        "内容已原样保留，由工作人员决定，请联系联络员",
        "As many as one may start on a day have been started",
        "The bytes are kept and the desk decides; please call the liaison",
    ),
    "truncated": Problem(
        400,
        "now",
        "内容没有传完整",
        "会马上再传一次",
        "The bytes did not arrive in full",
        "They are sent again at once",
    ),
    "hash": Problem(
        400,
        "now",
        "内容在路上传坏了，或没有写明校验码",
        "会马上再传一次",
        "The bytes are not those that were announced",
        "They are sent again at once",
    ),
    "session": Problem(
        401,
        "sign_in",
        "需要重新登录",
        "手机会自动登录；没有登录上，请用走访单和新验证码打开",
        "Please sign in",
        "The phone signs in by itself; otherwise open the slip with a new code",
    ),
    "revoked": Problem(
        403,
        "never",
        "这部手机已停用",
        "填过的内容还在手机上；请向联络员要新验证码，重新打开走访单",
        "This phone has been revoked",
        "What you filled in is still on the phone; ask the liaison for a new code and open the slip again",
    ),
    "origin": Problem(
        403,
        "never",
        "请求来自别的网站",
        "请从走访单重新打开",
        "The request came from another site",
        "Open the page from the slip again",
    ),
    "erased": Problem(
        410,
        "never",
        "这份填报已按当事人要求删除",
        "按规定不能再保留，请在手机上确认删除",
        "This visit was erased on a person's request",
        "It must not be kept; please confirm deleting it on the phone",
    ),
    "length": Problem(
        411,
        "never",
        "没有写明内容长度",
        "请更新页面后再发",
        "The length of the body is not stated",
        "Reload the page and send again",
    ),
    "too_large": Problem(
        413,
        "never",
        "内容太大",
        "请把内容存成文件，发给联络员",
        "The content is too large",
        "Save it as a file and give it to the liaison",
    ),
    "type": Problem(
        415,
        "never",
        "内容的类型不对，或经过压缩",
        "请更新页面后再发",
        "The content type or encoding is not taken",
        "Reload the page and send again",
    ),
    "too_fast": Problem(429, "later", "请求太频繁", "稍后会自动再试", "Too many requests", "It is tried again later"),
    "too_many_versions": Problem(
        429,
        "later",
        "这次{visiting}的版本太多",
        "请联系联络员",
        "This visit has too many versions",
        "Please call the liaison",
    ),
    "too_many_aside": Problem(
        429,
        "later",
        "待处理的内容太多",
        "请联系联络员处理后再发",
        "Too much is waiting for the desk",
        "Please call the liaison, then send again",
    ),
    "too_much_today": Problem(
        429,
        "later",
        "今天传的照片太多",
        "明天会自动继续",
        "Too many photos for one day",
        "They go on tomorrow",
    ),
    "busy": Problem(503, "later", "服务器正忙", "稍后会自动再试", "The server is busy", "It is tried again later"),
    "full": Problem(
        507,
        "later",
        "服务器磁盘已满",
        "这份填报保存在手机里，稍后会自动再试；请告诉联络员",
        "The server’s disk is full",
        "It is kept on the phone and tried again later; please tell the liaison",
    ),
    "not_held": Problem(
        404,
        "now",
        "服务器上没有这份内容",
        "手机会重新发送",
        "The server does not hold this content",
        "The phone sends it again",
    ),
    "unknown_part": Problem(
        404,
        "later",
        "没有哪份填报用到这个附件",
        "先发送填报，再发附件",
        "No content names this part",
        "Send the content first, then the part",
    ),
    "unknown_questionnaire": Problem(
        404,
        "later",
        "服务器上没有这份问卷",
        "请联系联络员",
        "The server does not know this questionnaire",
        "Please call the liaison",
    ),
    "offset": Problem(
        409,
        "now",
        "附件要从另一处接着传",
        "会从正确的位置继续",
        "The part goes on elsewhere",
        "It goes on at the right place",
    ),
    "size": Problem(
        422,
        "never",
        "附件大小与填报里写的不一样",
        "请联系联络员；填报不受影响",
        "The part's size is not what the content says",
        "Please call the liaison; the answers are not affected",
    ),
    "part_hash": Problem(
        422,
        "now",
        "附件传完后校验不符",
        "会从头再传一次；填报不受影响",
        "The part as a whole is not what the content says",
        "It is sent from the beginning; the answers are not affected",
    ),
    "code": Problem(
        403,
        "never",
        "走访单或验证码不对，或已失效",
        "请核对6位验证码；还不行，请联络员重新发一个",
        "The slip or the code is wrong or no longer valid",
        "Check the six digits; otherwise ask the liaison for a new code",
    ),
    "wrong_codes": Problem(
        429,
        "never",
        "验证码错得太多",
        "请{minutes}分钟后再试",
        "Too many wrong codes",
        "Please try again in {minutes} minutes",
    ),
    "devices": Problem(
        409,
        "never",
        "您名下已有5部手机在用",
        "请联络员先停用一部",
        "Five of your phones are in use already",
        "Ask the liaison to revoke one first",
    ),
    "request": Problem(
        400,
        "never",
        "请求缺少内容或写法不对",
        "请更新页面后再试",
        "The request lacks something or is written wrongly",
        "Reload the page and try again",
    ),
    "not_found": Problem(404, "never", "没有这个地址", "请检查地址", "There is no such address", "Check the address"),
    "fault": Problem(
        500,
        "later",
        "服务器出错",
        "内容还在手机上，稍后会自动再试",
        "The server failed",
        "Nothing is lost on the phone; it is tried again later",
    ),
}


def request_id() -> str:
    """An id of this request, for the log and for whoever calls about it."""
    own = g.get("request_id")
    if own is None:
        own = g.request_id = secrets.token_hex(8)
    return own


def minutes(wait: int | None) -> int:
    """Seconds to wait, as people are told."""
    return max(1, round((wait or 60) / 60))


def problem(code: str, *, outcome: Outcome | None = None, wait: int | None = None, **more: Any) -> Response:
    """The answer for a problem; with the receipt where something is held."""
    text = PROBLEMS[code]
    zh, en = text.words("zh", wait), text.words("en", wait)
    body: dict[str, Any] = {
        "type": f"urn:diaoyan:problem:{code}",
        "status": text.status,
        "code": code,
        "title": zh["title"],
        "retry": text.retry,
        "zh": zh,
        "en": en,
        "instance": request_id(),
        **more,
    }
    if outcome is not None and outcome.facts is not None:
        body |= outcome.signed().as_json()
    response = Response(json.dumps(body, ensure_ascii=False), status=text.status, mimetype="application/problem+json")
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    elif text.status in (429, 503):
        response.headers["Retry-After"] = str(random.randint(2, 20)) if text.status == 503 else "60"
    return response
