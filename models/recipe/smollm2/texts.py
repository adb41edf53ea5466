"""Text of several kinds to token files; a tenth of the documents, by their hash, is held out for ever."""

import json
import lzma
import sys
from pathlib import Path

import numpy as np

import corpus

#: What parts documents in the token files; the model was first trained with it between documents.
SEPARATOR = 0
#: Files of JSON lines below `general/`, and the kind of text that each holds where its lines do not say.
GENERAL = {"wikipedia": "article", "code": "code", "nltk": None, "textbooks": "textbook", "factbook": "facts"}
STORIES = "story"
AT_ONCE = 256


def documents(folder):
    """(kind, what the document is about, text) of every document in a folder laid out as the README says."""
    folder = Path(folder)
    for file, kind in GENERAL.items():
        path = folder / "general" / f"{file}.jsonl.xz"
        if path.exists():
            with lzma.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    told = json.loads(line)
                    yield kind or told["kind"], told.get("title") or told.get("topic"), told["text"]
    for name, texts in corpus.texts(folder).items():
        for text in texts:
            yield STORIES, name, text


class Written:
    """The tokens of one kind and part, and where its documents end."""

    def __init__(self, path):
        self.path, self.file, self.length, self.documents = path, open(f"{path}.new", "wb"), 0, []

    def add(self, ids, about):
        self.file.write(np.array([*ids, SEPARATOR], np.uint16).tobytes())
        self.length += len(ids) + 1
        self.documents.append([self.length, about])

    def close(self):
        self.file.close()
        Path(f"{self.path}.json").write_text(json.dumps(self.documents))
        Path(f"{self.path}.new").rename(self.path)


def prepare(folder, data, tokenizer, say=print):
    """Writes KIND.train and KIND.held (uint16) into `data`; beside each, in .json, [end, about] of its documents."""
    data = Path(data)
    if (data / "done").exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    written, waiting = {}, []

    def flush():
        for (kind, about, text), found in zip(waiting, tokenizer.encode_batch([text for *_, text in waiting])):
            part = "held" if corpus.is_held_out(text) else "train"
            path = data / f"{kind}.{part}"
            if path not in written:
                written[path] = Written(path)
            written[path].add(found.ids, about)
        waiting.clear()

    for document in documents(folder):
        waiting.append(document)
        if len(waiting) == AT_ONCE:
            flush()
    flush()
    for path, one in written.items():
        one.close()
        say(f"{path.name}: {len(one.documents)} documents, {one.length} tokens")
    (data / "done").touch()


def token_files(data, part):
    """{kind: uint16 tokens}."""
    return {path.stem: np.fromfile(path, np.uint16) for path in sorted(Path(data).glob(f"*.{part}"))}


if __name__ == "__main__":
    from opened import opened

    prepare(sys.argv[1], sys.argv[2], opened()[2])
