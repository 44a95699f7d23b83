"""A network of two layers over the letters of a few sentences: all that the tests of training need."""

import torch
from tokenizers import Tokenizer

from training.groups import Group, Source
from training.network import Network
from training.vocabulary import MARKS, SPACE, make_tokenizer
from training.wheel import Shape

GROUPS = [
    Group(Source.FAQ, ("주차 요금", "주차비 얼마", "차 대는 값"), "천 원입니다", ("주차장 위치",), "주차"),
    Group(Source.FAQ, ("주차 시간", "몇 시까지 주차", "언제 닫아"), "밤 열 시까지입니다", (), "주차"),
    Group(Source.FAQ, ("대관 신청", "빌리고 싶어", "대관 하려면"), "전화해 주십시오", (), "대관"),
    Group(Source.PARAPHRASES, ("불 꺼", "전등 꺼 줘")),
    Group(Source.PARAPHRASES, ("음악 틀어", "노래 켜 줘")),
]


def toy_tokenizer() -> Tokenizer:
    texts = "".join("".join((*group.texts, group.answer, *group.near_misses)) for group in GROUPS)
    pieces = [*MARKS, SPACE, *sorted(set(texts + "query: passage: ") - {" "})]
    return make_tokenizer(pieces, [-1.0] * len(pieces))


def toy_network(seed: int = 0) -> Network:
    torch.manual_seed(seed)
    words = toy_tokenizer().get_vocab_size()
    network = Network(Shape(width=64, layers=2, heads=2, inner=128, words=words, positions=96))
    torch.nn.init.normal_(network.places, std=0.02)
    return network.eval()
