# Copyright 2026 The Attune developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows and tokens: what the runner reads is what attune-engine reads."""

import json
import shutil
import subprocess

import tap

runner = tap.load_runner()
TOKENIZERS = tap.FIXTURES / "tokenizers"
work = tap.workspace()


def renderer(name):
    from transformers import AutoTokenizer

    place = work / "tokenizers" / name
    if not place.is_dir():
        shutil.copytree(TOKENIZERS / name, place)
        config = json.loads((place / "tokenizer_config.json").read_text())
        for token in ("bos_token", "eos_token", "pad_token", "unk_token"):
            if isinstance(config.get(token), dict):  # without its type transformers does not take it
                config[token] = config[token]["content"]
        (place / "tokenizer_config.json").write_text(json.dumps(config))
    return runner.Renderer(AutoTokenizer.from_pretrained(place), name)


def chats(name):
    lines = (TOKENIZERS / name / "chats.jsonl").read_text().splitlines()
    tokens = (TOKENIZERS / name / "chat-tokens.jsonl").read_text().splitlines()
    assert len(lines) == len(tokens) > 0
    for line, expected in zip(map(json.loads, lines), map(json.loads, tokens)):
        messages = line["messages"] if isinstance(line, dict) else line
        prompt = isinstance(line, dict) and line.get("prompt", False)
        if not prompt:
            yield messages, expected["ids"] if isinstance(expected, dict) else expected


def write_rows(name, rows):
    path = work / name
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows), encoding="utf-8")
    return path


def read(rows, **arguments):
    """(messages of the rows that are read, [(line, complaint)])"""
    complaints = []
    found = [messages for _, messages in runner.read_rows(write_rows("rows.jsonl", rows), lambda *words: complaints.append(words))]
    return found, complaints


def talk(*contents, system=None):
    roles = ("user", "assistant") * len(contents)
    return ([{"role": "system", "content": system}] if system else []) + [{"role": role, "content": text} for role, text in zip(roles, contents)]


def test_forms():
    assert read([{"messages": talk("a", "b")}]) == ([talk("a", "b")], [])
    assert read([{"prompt": "a", "completion": "b"}]) == ([talk("a", "b")], [])
    assert read([{"instruction": "a", "input": "c", "output": "b"}]) == ([talk("a\n\nc", "b")], [])
    assert read([{"instruction": "a", "input": "", "output": "b"}]) == ([talk("a", "b")], [])
    assert read([{"conversations": [{"from": "system", "value": "s"}, {"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}]) == (
        [talk("a", "b", system="s")], [])
    assert read([{"text": "a b"}]) == ([[{"role": "text", "content": "a b"}]], [])
    assert read(["", '\ufeff{"text": "x"}'.lstrip("\ufeff"), "  "])[0] == [[{"role": "text", "content": "x"}]]
    assert (work / "rows.jsonl").write_bytes(b'\xef\xbb\xbf{"text": "x"}\r\n') and len(list(runner.read_rows(work / "rows.jsonl", print))) == 1


def test_rows_left_out():
    good = {"messages": talk("a", "b")}
    for row, word in (({"messages": talk("a")}, "no message of the “assistant”"), ({"messages": talk("a", "b", "c")}, "nothing answers"),
                      ({"messages": talk("a", " \n")}, "empty"), ({"messages": [{"role": "assistant", "content": "b"}]}, "before the “user”"),
                      ({"messages": talk("a", "b") + [{"role": "system", "content": "s"}]}, "has to be the first"),
                      ({"messages": [{"role": "user", "content": "a"}] * 2}, "two “user”"), ({"messages": [{"role": "robot", "content": "a"}]}, "robot"),
                      ({"messages": [{"role": "tool", "content": "a"}]}, "tool"), ({"messages": talk("a", "b"), "tools": [{}]}, "tools"),
                      ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "list of parts"),
                      ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 0}]}, "weight"),
                      ({"messages": "x"}, "not a list"), ({"messages": [1]}, "Message 1"), ({"prompt": "a", "completion": "b"}, "prompt-completion"),
                      ({"chosen": "a", "rejected": "b"}, "preference pair"), ({"question": "a"}, "no members that are known"), ([1], "no JSON object"),
                      ({"messages": [{"role": "user", "content": "a\0"}]}, "NUL")):
        found, complaints = read([good, row])
        assert found == [good["messages"]], row
        assert len(complaints) == 1 and complaints[0][0] == 2 and word in complaints[0][1], (row, complaints)


def test_damaged_files():
    for content, words in ((b'{"text": "x"}\n{"text"\n', ("line 2", "JSON")), (b'{"text": NaN}\n', ("line 1", "NaN")), (b'[{"text": "x"}]\n', ("JSON Lines",)),
                           (b"\xff\xfe{\0", ("UTF-16",)), (b'{"text": "\xff"}\n', ("line 1", "0xFF"))):
        (work / "bad.jsonl").write_bytes(content)
        tap.expect(runner.Problem, lambda: list(runner.read_rows(work / "bad.jsonl", print)), *words)


def test_recorded_tokens():
    """The ids of rendered conversations that were recorded from the libraries themselves."""
    for name in ("tiny", "llama3-like", "qwen2-like", "smollm2-like", "zephyr-like"):
        place = renderer(name)
        compared = 0
        for messages, expected in chats(name):
            try:
                ids, learnt = place.render(messages)
            except Exception as error:
                raise AssertionError(f"{name}: {messages}: {error}") from error
            assert ids == expected and len(learnt) == len(ids), (name, messages)
            compared += 1
        assert compared > 0, name


def test_answers():
    """Learnt are the answers and the token that ends each, nothing else."""
    for name in ("tiny", "llama3-like", "qwen2-like", "smollm2-like", "zephyr-like"):
        place = renderer(name)
        messages = talk("What is it?", "It is one.", "And now?", "Now two.", system="Be short.")
        ids, learnt = place.render(messages)
        runs = []
        for token, mark in zip(ids, [*learnt]):
            if mark and (not runs or runs[-1][1]):
                runs.append([[token], False])
            elif mark:
                runs[-1][0].append(token)
            elif runs:
                runs[-1][1] = True
        texts = [place.tokenizer.decode(tokens, skip_special_tokens=True).strip() for tokens, _ in runs]
        texts[-1] = texts[-1].removeprefix("<think>\n\n</think>\n\n")  # Qwen's last answer has a thought, if an empty one
        assert texts == ["It is one.", "Now two."], (name, texts)
        assert all(tokens[-1] in place.special.values() for tokens, _ in runs), name


def test_special_tokens_in_messages():
    """What looks like the template's tokens in a message is text, and an answer cannot be forged."""
    for name in ("tiny", "llama3-like", "qwen2-like"):
        place = renderer(name)
        end = next(text for text in place.special if text in ("<|im_end|>", "<|eot_id|>"))
        messages = talk(f"x{end}\n{place.tokenizer.eos_token}", f"y{end} z")
        ids, learnt = place.render(messages)
        plain, _ = place.render(talk("x", "y z"))
        special = set(place.special.values())
        assert [token for token in ids if token in special] == [token for token in plain if token in special], name
        answer = [token for token, mark in zip(ids, learnt) if mark]
        assert place.tokenizer.decode(answer[:-1]).endswith(f"y{end} z") and answer[-1] == place.special[end], name


def test_documents():
    for name in ("tiny", "llama3-like"):
        place = renderer(name)
        ids = place.document("A text.")
        assert ids[-1] == place.tokenizer.eos_token_id, name
        assert "A text." in place.tokenizer.decode(ids), name


def test_same_counts_as_the_engine():
    """Rows, tokens and learnt tokens, with both ways to learn inputs, for every family of templates."""
    engine = tap.program("ATTUNE_ENGINE")
    config = json.loads((tap.FIXTURES / "reference" / "tiny" / "model" / "config.json").read_text())
    for name in ("tiny", "llama3-like", "qwen2-like", "smollm2-like", "zephyr-like"):
        place = renderer(name)
        vocabulary = len(place.tokenizer)
        model = work / f"model-{name}"
        (work / "config.json").write_text(json.dumps({**config, "vocab_size": vocabulary}))
        subprocess.run([engine, "init", work / "config.json", model], check=True)
        for file in (TOKENIZERS / name).iterdir():
            if file.suffix in (".json", ".jinja") and file.name != "config.json":
                shutil.copy(file, model)
        rows = [{"messages": messages} for messages, _ in chats(name)]
        rows += [{"messages": talk("hi", "\n\nthere <|im_end|> <|eot_id|> </s>", "long " * 300, "too late")}, {"messages": talk("só ñ 漢字 🙂", "ja\n")}]
        if name == "tiny":
            names = {"system": "system", "user": "human", "assistant": "gpt"}
            rows = [{"conversations": [{"from": names[message["role"]], "value": message["content"]} for message in row["messages"]]} for row in rows]
        training = write_rows(f"{name}.jsonl", rows)
        for inputs in ("disabled", "enabled"):
            folder = work / f"run-{name}-{inputs}"
            folder.mkdir()
            (folder / "config.json").write_text(json.dumps({
                "version": 1, "paths": {"model": str(model), "training": str(training), "validation": None},
                "configuration": {"model": {"baseModel": name}, "datasets": {"trainingFileId": "x"}, "method": {"type": "lora"},
                                  "schedule": {"sequenceLength": 512, "trainOnInputs": inputs}}}))
            expected = json.loads(subprocess.run([engine, "predict", folder], check=True, capture_output=True).stdout)
            found = runner.Examples(training, place, config["max_position_embeddings"], inputs == "enabled", vocabulary)
            assert (len(found.rows), found.tokens, found.labels, found.truncated) == (
                expected["rows"], expected["tokens"], expected["learntTokens"], expected["rowsTruncated"]), (name, inputs, expected)


def test_no_rows():
    place = renderer("tiny")
    tap.expect(runner.Problem, lambda: runner.Examples(write_rows("none.jsonl", [""]), place, 64, False, 512), "has no rows")
    tap.expect(runner.Problem, lambda: runner.Examples(write_rows("none.jsonl", [{"messages": talk("a")}]), place, 64, False, 512), "line 1")
    said = []
    examples = runner.Examples(write_rows("long.jsonl", [{"messages": talk("a " * 200, "b")}, {"messages": talk("a", "b " * 200)}]), place, 64, False, 512,
                               lambda *words: said.append(words))
    assert len(examples.rows) == examples.truncated == 1
    assert any("schedule.sequenceLength" in text for _, text in said)
    tap.expect(runner.Problem, lambda: runner.Examples(write_rows("short.jsonl", [{"text": "a"}]), place, 64, False, 10), "vocabulary ends at 10")


if __name__ == "__main__":
    tap.main(__name__)
