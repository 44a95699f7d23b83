"""`python -m training`: choose the vocabulary, tune, export. See README.md for the whole way."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from training.groups import likenesses, own_groups, public_groups
from training.network import Network, network_of
from training.tune import RUNS, Material
from training.tune import tune as tune_network
from training.vocabulary import english_uses, keep, make_tokenizer
from training.wheel import installed_wheel

SHIPPED = Path(__file__).parent.parent / "embeddings" / "e5_ko" / "tokenizer.json"

app = typer.Typer(help=__doc__, no_args_is_help=True)
TokenizerFile = Annotated[Path, typer.Option("--tokenizer", exists=True, help="tokenizer.json")]


@app.command()
def vocabulary(
    english: Annotated[Path, typer.Argument(exists=True, help="a folder of English text files")],
    out: Annotated[Path, typer.Argument(help="the tokenizer.json to write")],
) -> None:
    """Choose the pieces anew. Seldom needed: the others use those of the shipped tokenizer.json."""
    wheel = installed_wheel()
    uses = english_uses(wheel.pieces, wheel.scores.tolist(), english)
    chosen = keep(wheel.pieces, uses)
    make_tokenizer([wheel.pieces[i] for i in chosen], wheel.scores[chosen].tolist()).save(
        str(out), pretty=False
    )
    typer.echo(f"{len(chosen)} pieces")


@app.command()
def tune(
    run: Annotated[int, typer.Argument(min=1, max=len(RUNS), help="which run of the recipe")],
    sets: Annotated[Path, typer.Option(exists=True, file_okay=False, help="the folder of the public sets")],
    out: Annotated[Path, typer.Option(help="the .safetensors to write")],
    tokenizer: TokenizerFile = SHIPPED,
    steps: Annotated[int | None, typer.Option(min=1, help="another number of steps, to try it")] = None,
    pairs: Annotated[int | None, typer.Option(min=2, help="another size of a batch, to try it")] = None,
    workers: Annotated[int, typer.Option(min=0, help="processes that prepare batches")] = 0,
) -> None:
    """One run: a few minutes on a GPU; a processor is enough to try it, with few --steps and --pairs."""
    base = _base(tokenizer).to("cuda" if torch.cuda.is_available() else "cpu")
    recipe = RUNS[run - 1]
    recipe = replace(recipe, steps=steps or recipe.steps, pairs=pairs or recipe.pairs)
    material = Material(
        own_groups() + public_groups(sets), likenesses(sets), Tokenizer.from_file(str(tokenizer))
    )
    network = tune_network(base, material, recipe, workers=workers, say=typer.echo)
    save_file(network.state_dict(), out)


@app.command()
def export(
    runs: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="what `tune` wrote")],
    out: Annotated[Path, typer.Option(exists=True, file_okay=False, help="the folder to write to")],
    tokenizer: TokenizerFile = SHIPPED,
) -> None:
    """Average the runs, mix them with the network as it was, and write encoder.onnx and tokenizer.json."""
    from training.export import mix, write_onnx  # noqa: PLC0415  # the other commands go without onnx

    base = _base(tokenizer)
    tuned = []
    for path in runs:
        tuned.append(_base(tokenizer))
        tuned[-1].load_state_dict(load_file(path))
    write_onnx(mix(base, tuned), out / "encoder.onnx")
    if tokenizer.resolve() != (out / "tokenizer.json").resolve():
        shutil.copyfile(tokenizer, out / "tokenizer.json")


def _base(tokenizer: Path) -> Network:
    vocabulary = Tokenizer.from_file(str(tokenizer)).get_vocab()
    return network_of(installed_wheel(), sorted(vocabulary, key=vocabulary.__getitem__))


if __name__ == "__main__":
    app()
