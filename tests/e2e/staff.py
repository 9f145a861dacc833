"""Staff: the one-time link, the password, and the pages behind it."""

import browser

PASSWORD = "correct horse battery staple 满意"


def sign_in(manyi, email, role, *more, language="en"):
    """Takes a new user's one-time link and sets a password; the browser and the page it lands on."""
    link = manyi.link("user", "add", email, "--name", email.split("@")[0], "--role", role, *more)
    visitor = browser.Browser(language)
    page = visitor.follow(visitor.get(link))
    form = page.form(field="password")
    reply = visitor.submit(page, form, form.values({"password": PASSWORD, "password_again": PASSWORD}))
    assert reply.status == 303, (reply.status, reply.words[:300])
    landed = visitor.follow(reply)
    assert landed.status == 200, (landed.url, landed.status, landed.words[:300])
    return visitor, landed
