# Copyright 2026 The Attune developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many times faster than PyTorch attune-engine is on this processor: a LoRA step at the size of SmolLM2-135M, in fp32 and bf16.

Both hold the same random model and the same batch, and take turns step by step, so that whatever else the machine does
falls on both alike. PyTorch runs as well as it is known to: a BLAS that shares its threads, passive waiting, the faster one of its two
ways of attention. That it is the same step is seen by its loss."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "runner"))
os.environ["OMP_WAIT_POLICY"] = "passive"

import tap  # noqa: E402

ROWS, LENGTH = 4, 256
ROUNDS = int(os.environ.get("ATTUNE_BENCH_ROUNDS", "5"))
THREADS = len(os.sched_getaffinity(0))
CONFIG = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30,
          "num_attention_heads": 9, "num_key_value_heads": 3, "vocab_size": 49152, "max_position_embeddings": 8192, "rope_theta": 100000.0,
          "rms_norm_eps": 1e-5, "hidden_act": "silu", "initializer_range": 0.04, "tie_word_embeddings": True}
runner = tap.load_runner()
work = tap.workspace()


class Engine:
    def __init__(self, model, precision):
        self.process = subprocess.Popen([tap.program("ATTUNE_STEP_ON_DEMAND"), model, precision, str(ROWS), str(LENGTH), str(THREADS)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def step(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return tuple(map(float, self.process.stdout.readline().split()))

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Torch:
    def __init__(self, model, precision, attention):
        import torch
        from peft import LoraConfig, get_peft_model
        from transformers import AutoModelForCausalLM

        torch.set_num_threads(THREADS)
        self.torch = torch
        self.short = precision == "bf16"
        dtype = torch.bfloat16 if self.short else torch.float32
        base = AutoModelForCausalLM.from_pretrained(model, dtype=dtype, attn_implementation=attention)
        base.config.use_cache = False
        self.model = get_peft_model(base, LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0, target_modules=list(runner.MODULES), task_type="CAUSAL_LM"))
        assert runner.begin_adapter(self.model, 42)
        self.trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.AdamW(self.trained, lr=1e-4, weight_decay=0.0)
        self.ids = torch.tensor([i * 2654435761 % 2**32 % CONFIG["vocab_size"] for i in range(ROWS * LENGTH)]).reshape(ROWS, LENGTH)

    def step(self):
        import time

        begin = time.perf_counter()
        with self.torch.autocast("cpu", dtype=self.torch.bfloat16, enabled=self.short):
            loss = self.model(input_ids=self.ids, labels=self.ids).loss
        loss.backward()
        self.torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return time.perf_counter() - begin, loss.item()


def compare(precision):
    (work / "config.json").write_text(json.dumps(CONFIG))
    model = work / precision
    subprocess.run([tap.program("ATTUNE_ENGINE"), "init", "--seed", "7", "--dtype", "BF16" if precision == "bf16" else "F32", work / "config.json", model],
                   check=True)
    # The faster way of attention differs from machine to machine; one step each to get going, one to choose by.
    choices = [Torch(model, precision, attention) for attention in ("sdpa", "eager")]
    for choice in choices:
        choice.step()
    torch = min(choices, key=lambda choice: choice.step()[0])
    attention = ("sdpa", "eager")[choices.index(torch)]
    torch = None
    choices.clear()

    torch, engine = Torch(model, precision, attention), Engine(model, precision)
    times = {"engine": [], "torch": []}
    for turn in range(ROUNDS + 1):
        (mine, loss), (theirs, expected) = engine.step(), torch.step()
        assert abs(loss - expected) < (0.02 if precision == "bf16" else 1e-3) * expected, (turn, loss, expected)
        if turn > 0:
            times["engine"].append(mine)
            times["torch"].append(theirs)
    engine.end()
    median = {name: statistics.median(values) for name, values in times.items()}
    ratio = statistics.median(theirs / mine for mine, theirs in zip(times["engine"], times["torch"]))
    print(f"{precision}, LoRA, {ROWS} x {LENGTH}, {THREADS} threads: attune-engine {median['engine']:.2f} s [{min(times['engine']):.2f}-"
          f"{max(times['engine']):.2f}], PyTorch {runner_version()} ({attention}) {median['torch']:.2f} s [{min(times['torch']):.2f}-"
          f"{max(times['torch']):.2f}]: {ratio:.2f} times as fast", file=sys.stderr, flush=True)
    assert ratio >= 1, ratio


def runner_version():
    import torch

    return torch.__version__


def test_fp32():
    compare("fp32")


def test_bf16():
    compare("bf16")


if __name__ == "__main__":
    tap.main(__name__)
