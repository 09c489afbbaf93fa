"""Checks a page: well-formed, nothing from outside, what a report has. Prints a summary: page.py FILE"""

import html.parser
import json
import sys

VOID = {"meta", "br", "img", "input", "link", "hr"}
OUTSIDE = ("http:", "https:", "//", "file:")


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.problems, self.counts, self.ids, self.links, self.data = [], [], {}, set(), [], ""

    def handle_starttag(self, tag, attributes):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.add(value)
            if name == "href" and value.startswith("#"):
                self.links.append(value[1:])
            elif name in ("src", "href", "srcset", "action", "data") and value:
                self.problems.append(f"{tag} loads {value}")
            if name == "style" and "url(" in (value or ""):
                self.problems.append(f"{tag} has a style that loads")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "script" and not self.data:
            self.data = data
        if self.open and self.open[-1] in ("script", "style") and any(o in data for o in OUTSIDE[:2] + ("@import",)):
            self.problems.append(f"{self.open[-1]} names an address")


def main():
    page = Page()
    with open(sys.argv[1], encoding="utf-8") as file:
        page.feed(file.read())
    page.close()
    page.problems += [f"{tag} is not closed" for tag in page.open]
    page.problems += [f"a link leads to {link}, which is not there" for link in page.links if link not in page.ids]
    for problem in page.problems:
        print(problem)
    report = json.loads(page.data)
    count = page.counts.get
    print(f"{len(page.problems)} problems, {count('svg', 0)} pictures, {count('table', 0)} tables, "
          f"{len(page.links)} links, {len(report['layers'])} layers as data")


if __name__ == "__main__":
    main()
