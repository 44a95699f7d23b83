"""Prints the labelled questions in the format that `eungdae evaluate --queries -` reads."""

from __future__ import annotations

import json

from faq.labels import load_labels

for number, label in enumerate(load_labels(), start=1):
    gold = [label.faq_id] if label.faq_id else []
    print(json.dumps({"qid": f"q{number}", "query": label.text, "gold": gold}, ensure_ascii=False))
