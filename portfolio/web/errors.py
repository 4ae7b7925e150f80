"""Errors as pages, or as JSON below /api/: what happened and what to do next."""

from __future__ import annotations

from flask import Flask, jsonify, render_template
from flask.typing import ResponseReturnValue, ResponseValue
from flask_babel import gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, TooManyRequests

from geo.errors import GeoError
from portfolio.domain.errors import NotFoundError, PortfolioError, RuleError, StaleError
from portfolio.web.language import tell
from portfolio.web.signin import is_api_request

_TITLES = {
    400: lazy_gettext("请求无法处理"),
    401: lazy_gettext("请先登录"),
    403: lazy_gettext("没有权限"),
    404: lazy_gettext("没有找到"),
    405: lazy_gettext("不支持这种操作"),
    409: lazy_gettext("保存冲突"),
    413: lazy_gettext("文件过大"),
    422: lazy_gettext("请核对填写内容"),
    429: lazy_gettext("请求过于频繁"),
    500: lazy_gettext("系统出错"),
    503: lazy_gettext("请稍候"),
}
_SENTENCES = {
    400: lazy_gettext("请求的内容不完整或格式不对。请返回上一页检查后重新提交。"),
    401: lazy_gettext("请登录，或在请求头 Authorization 中提供有效的令牌。"),
    403: lazy_gettext("您的角色不能使用这项功能。如工作需要，请联系本系统管理员调整角色或区县。"),
    404: lazy_gettext("这个地址没有对应的页面。请检查地址，或从上方导航重新进入。"),
    405: lazy_gettext("这个地址不能这样访问。请返回上一页，用页面上的按钮操作。"),
    413: lazy_gettext("提交的内容超过 25 MB。请压缩或拆分文件后重新上传。"),
    500: lazy_gettext("系统没有完成这次操作，数据没有保存。请稍后重试；若仍出现，请把时间和操作告诉管理员。"),
}
_STATUS: dict[type[Exception], int] = {NotFoundError: 404, StaleError: 409, RuleError: 422}


def init_app(app: Flask) -> None:
    """Answer every error in plain words."""
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(TooManyRequests, _answer_too_many)
    app.register_error_handler(CSRFError, _answer_forgery)
    app.register_error_handler(PortfolioError, _answer_rule)
    app.register_error_handler(GeoError, _answer_rule)


def _answer_http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    return answer_error(error.code, str(_SENTENCES.get(error.code, _SENTENCES[400])))


def _answer_too_many(error: TooManyRequests) -> ResponseReturnValue:
    """Say when to come again; others in the same office may have used the allowance up."""
    seconds = str(error.retry_after)
    sentence = gettext("同一网络地址一分钟内的请求过多，请 %(count)s 秒后再打开这一页。", count=seconds)
    page, status, headers = answer_error(429, sentence)
    return page, status, headers | {"Retry-After": seconds}


def _answer_forgery(_error: CSRFError) -> ResponseReturnValue:
    return answer_error(400, gettext("页面停留过久，请返回后重新提交"))


def _answer_rule(error: PortfolioError | GeoError) -> ResponseReturnValue:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    return answer_error(status, tell(error.sentence))


def answer_error(status: int, sentence: str) -> tuple[ResponseValue, int, dict[str, str]]:
    """Answer with ``status`` and a sentence fit for the screen."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if is_api_request():
        return jsonify(error=sentence), status, headers
    template = "errors/500.html" if status >= 500 else "errors/page.html"
    page = render_template(template, title=_TITLES.get(status, _TITLES[400]), sentence=sentence)
    return page, status, headers
