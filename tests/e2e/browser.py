"""What a browser without scripts does: fetch a page, read its forms, tables and links, send a form."""

import dataclasses
import html.parser
import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request


@dataclasses.dataclass
class Field:
    name: str
    value: str
    kind: str
    checked: bool = False


@dataclasses.dataclass
class Form:
    action: str
    method: str
    fields: list

    def values(self, given):
        """What the form sends when a person fills in `given` and leaves the rest alone.

        Only what the page offers can be chosen, as in a browser."""
        names = {field.name for field in self.fields}
        assert set(given) <= names, f"no such field: {set(given) - names} among {names}"
        sent = []
        for field in self.fields:
            if field.kind in ("submit", "button", "image"):
                continue
            if field.kind in ("radio", "checkbox"):
                chosen = field.checked if field.name not in given else given[field.name] == field.value
                if chosen:
                    sent.append((field.name, field.value))
            else:
                sent.append((field.name, given.get(field.name, field.value)))
        for name, value in given.items():
            options = [f.value for f in self.fields if f.name == name and f.kind == "radio"]
            assert not options or value in options, f"{name} has no option {value}: {options}"
        return sent

    def only(self, kind):
        """The name of the form's only field of a kind, say `password`."""
        found = {f.name for f in self.fields if f.kind == kind}
        assert len(found) == 1, found
        return found.pop()


class _Reader(html.parser.HTMLParser):
    """Collects what tests ask of a page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms, self.tables, self.links, self.text, self.lang = [], [], [], [], None
        self.data, self._heading = [], []
        self._in_heading = False
        self._row = self._cell = self._text_of = self._select = None
        self._silent = 0

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "html":
            self.lang = a.get("lang")
        elif tag in ("style", "script", "title", "desc"):
            self._silent += 1
        elif tag == "a" and "href" in a:
            self.links.append(a["href"])
        elif tag == "data":
            self.data.append(("".join(self._heading).strip(), a.get("class"), a.get("value")))
        elif tag == "form":
            self.forms.append(Form(a.get("action", ""), a.get("method", "get").lower(), []))
        elif tag in ("input", "button") and self.forms and a.get("name"):
            kind = a.get("type", "text" if tag == "input" else "submit").lower()
            on = "on" if kind in ("checkbox", "radio") else ""
            self.forms[-1].fields.append(Field(a["name"], a.get("value", on), kind, "checked" in a))
        elif tag == "textarea" and self.forms:
            self._text_of = Field(a.get("name", ""), "", "textarea")
            self.forms[-1].fields.append(self._text_of)
        elif tag == "select" and self.forms:
            self._select = Field(a.get("name", ""), "", "select")
            self.forms[-1].fields.append(self._select)
        elif tag == "option" and self._select is not None:
            if "selected" in a or not self._select.value:
                self._select.value = a.get("value", "")
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._row = []
            self.tables[-1].append(self._row)
        elif tag in ("td", "th") and self._row is not None:
            self._cell = []
            self._row.append(self._cell)
        if tag in ("h1", "h2", "h3") or (tag == "th" and a.get("scope") == "row"):
            self._heading, self._in_heading = [], True

    def handle_endtag(self, tag):
        if tag in ("h1", "h2", "h3", "th", "a"):  # what follows the link in a row's heading is about it, not its name
            self._in_heading = False
        if tag in ("style", "script", "title", "desc"):
            self._silent = max(0, self._silent - 1)
        elif tag in ("td", "th"):
            self._cell = None
        elif tag == "textarea":
            self._text_of = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data):
        if self._text_of is not None:
            self._text_of.value += data
        elif not self._silent:
            self.text.append(data)
            if self._in_heading:
                self._heading.append(data)
            if self._cell is not None:
                self._cell.append(data)


@dataclasses.dataclass
class Page:
    status: int
    url: str
    headers: object
    body: bytes

    def __post_init__(self):
        self._read = None

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def read(self):
        if self._read is None:
            self._read = _Reader()
            self._read.feed(self.text)
        return self._read

    @property
    def words(self):
        """The visible words, white space squeezed."""
        return " ".join(" ".join(self.read.text).split())

    @property
    def tables(self):
        return [[[" ".join("".join(cell).split()) for cell in row] for row in table] for table in self.read.tables]

    @property
    def figures(self):
        """The figures a page shows with its `data` elements: (heading or row, value or None, n), in order."""
        found, value = [], None
        for heading, kind, text in self.read.data:
            if kind == "score":
                value = float(text)
            elif kind == "n":
                found.append((heading, value, int(text)))
                value = None
        return found

    @property
    def forms(self):
        return self.read.forms

    @property
    def links(self):
        return [urllib.parse.urljoin(self.url, link) for link in self.read.links]

    def form(self, method="post", field=None):
        """The page's first form of a method (with a field of that name)."""
        for form in self.forms:
            if form.method == method and (field is None or any(f.name == field for f in form.fields)):
                return form
        raise AssertionError(f"{self.url} ({self.status}) has no {method} form with {field}: {self.words[:400]}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """Keeps cookies; follows a redirect only when asked to."""

    def __init__(self, language=None):
        self.language = language
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            _NoRedirect, urllib.request.HTTPCookieProcessor(self.cookies), urllib.request.ProxyHandler({}))

    def send(self, method, url, body=None, headers=None, timeout=60):
        headers = dict(headers or {})
        if self.language:
            headers.setdefault("Accept-Language", self.language)
        # A space, a backslash or a non-ASCII letter in a test's address goes out quoted, as from an address bar.
        url = urllib.parse.quote(url, safe="%/:=&?~#+!$,;'@()*[]")
        request = urllib.request.Request(url, data=body, headers=headers, method=method)
        try:
            with self.opener.open(request, timeout=timeout) as reply:
                return Page(reply.status, url, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return Page(error.code, url, error.headers, error.read())

    def get(self, url, **headers):
        return self.send("GET", url, headers=headers)

    def follow(self, page):
        """From a page to where its redirects lead."""
        for _ in range(5):
            if page.status not in (301, 302, 303, 307):
                return page
            page = self.get(urllib.parse.urljoin(page.url, page.headers["Location"]))
        raise AssertionError(f"redirects without end at {page.url}")

    def submit(self, page, form, values):
        """Sends a form as a browser does: encoded in UTF-8, with the page's origin."""
        target = urllib.parse.urljoin(page.url, form.action or page.url)
        encoded = urllib.parse.urlencode(values).encode()
        if form.method == "get":
            return self.get(target.split("?")[0] + "?" + encoded.decode())
        origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(page.url))
        return self.send("POST", target, encoded, {
            "Content-Type": "application/x-www-form-urlencoded", "Origin": origin, "Sec-Fetch-Site": "same-origin"})


class Api:
    """The machine's side: a bearer token, JSON in and out."""

    def __init__(self, url, token=None):
        self.url, self.browser = url, Browser()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path, **query):
        query = "?" + urllib.parse.urlencode(query) if query else ""
        return self.browser.send("GET", self.url + path + query, headers=self.headers)

    def post(self, path, body, content_type="application/json"):
        return self.browser.send("POST", self.url + path, body, {**self.headers, "Content-Type": content_type})

    def json(self, path, **query):
        """What a request that must succeed answers."""
        reply = self.get(path, **query)
        assert reply.status == 200, (path, query, reply.status, reply.text[:500])
        assert reply.headers["Content-Type"].startswith("application/json")
        return json.loads(reply.text)

    def responses(self):
        """All responses, page by page."""
        items, cursor = [], {}
        while True:
            body = self.json("/api/v1/responses", limit=200, **cursor)
            items += body["items"]
            if not body["next"]:
                return items
            cursor = {"cursor": body["next"]}
