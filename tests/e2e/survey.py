"""The customers: take the link from the mail, open the page, fill the form in, send it."""

import concurrent.futures
import time
import urllib.parse

import browser
import mailsink


def all_at_once(work, items, clients=8):
    """Does the work for each item, several at a time; results in the items' order."""
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        return list(pool.map(work, items))


def link(message, option=None):
    """The address of the questionnaire, bare or with the first answer chosen, as the mail gives it."""
    text, html = mailsink.survey_links(message)
    assert len(html) == 1 and set(text) == set(html), (text, html)
    (address, options), = html.items()
    assert options >= {"5", "4", "3", "2", "1"}, options
    return address if option is None else f"{address}?q.overall={option}"


def open_page(url, language=None):
    """The questionnaire and its form."""
    page = browser.Browser(language).get(url)
    assert page.status == 200, (page.status, page.words[:300])
    return page, page.form(field="nonce")


def fill(form, answers, identity=None, comment=""):
    given = {f"q.{question}": option for question, option in answers.items()}
    if identity:
        given["identity"] = identity
    return form.values({**given, "q.comment": comment})


def answer(page, form, answers, identity=None, comment=""):
    return browser.Browser().submit(page, form, fill(form, answers, identity, comment))


def open_all(urls):
    """Opens them all, then waits as long as the page wants a reader to take."""
    pages = all_at_once(open_page, urls)
    time.sleep(1.2)
    return pages


def preselected(form, question="overall"):
    return [f.value for f in form.fields if f.name == f"q.{question}" and f.kind == "radio" and f.checked]


def token(url):
    return urllib.parse.urlsplit(url).path.rsplit("/", 1)[1]
