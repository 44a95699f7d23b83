"""Rasa's own way to a FAQ, as its documentation has it: a retrieval intent, DIET and a ResponseSelector.

Every question and paraphrase is an example of `faq/<id>`. Beside them stand the intents of the dialogue and
`out_of_scope`, which gets all questions that ship with the project as ones that must not be answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from bench.quality.sets import Item
from faq.labels import load_labels
from faq.rows import intent_rows
from faq.service import NLU

# What `rasa init` writes for a language without spaCy model, with epochs and fallback as it has them.
CONFIG = """\
recipe: default.v1
assistant_id: faq
language: ko
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 100
    constrain_similarities: true
    random_seed: 1
  - name: ResponseSelector
    epochs: 100
    retrieval_intent: faq
    constrain_similarities: true
    random_seed: 1
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
"""


def write_project(projects: Path, items: Sequence[Item]) -> Path:
    """Config, examples and domain, ready for `rasa train nlu`, in a folder named for their content."""
    examples: dict[str, list[str]] = {f"faq/{item.id}": list(item.questions) for item in items}
    for row in intent_rows(NLU):
        examples.setdefault(row.name, []).append(row.text)
    examples["out_of_scope"] = [label.text for label in load_labels() if label.faq_id is None]
    nlu = [{"intent": intent, "examples": _listed(texts)} for intent, texts in examples.items()]
    intents = sorted({intent.partition("/")[0] for intent in examples})
    responses = {f"utter_faq/{item.id}": [{"text": item.answer or item.id}] for item in items}
    domain = {"version": "3.1", "intents": intents, "responses": responses}
    files = {
        "config.yml": CONFIG,
        "nlu.yml": _yaml({"version": "3.1", "nlu": nlu}),
        "domain.yml": _yaml(domain),
    }
    folder = projects / hashlib.sha256("\0".join(files.values()).encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _listed(texts: Iterable[str]) -> str:
    return "".join(f"- {text}\n" for text in texts)


def _yaml(document: object) -> str:
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
