#!/usr/bin/env python3
# Copyright 2026 The Attune developers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# /// script
# requires-python = ">=3.10"
# dependencies = [
#   "torch==2.9.1",
#   "transformers==5.23.0",
#   "trl==1.16.0",
#   "peft==0.21.2",
#   "accelerate==1.15.0",
#   "datasets==5.2.0",
#   "bitsandbytes==0.50.2; sys_platform == 'linux'",
#   "liger-kernel==0.8.5; sys_platform == 'linux'",
#   "wandb==0.31.0",
# ]
# ///
"""Attune's runner: fine-tunes a model as a config.json of Attune says, over TRL, PEFT and transformers.

    uv run attune-runner.py --config DIR/config.json [--folder RUN] [--check]
    uv run attune-runner.py --repo NAMESPACE/NAME --config config.json --folder RUN

It reads the same config.json as attune-engine and leaves the same run folder behind: status.json, metrics.jsonl, events.jsonl,
checkpoints/, output/. Every line of metrics, each event and each change of status is printed too, after the word "@attune ": an
object with "state" is a status, one with "level" an event, any other one a line of metrics. Paths in config.json are relative
to it; paths.model may be the name of a model at the Hub instead, and where it is absent model.baseModel is. --repo fetches a data
set repository from the Hub first and looks for the config in it. Secrets come from the environment: HF_TOKEN, WANDB_API_KEY.

SIGTERM, or a file named "cancel" in the run folder, ends the run behind the step at work; started again it goes on from the newest
whole checkpoint with the same numbers. Exit status: 0 ended, paused or cancelled as asked; 1 failed; 2 wrong invocation or configuration.

It is one file, because it has to be fetched and started as one.

Beside the parameters of Attune's schema it knows these members of "metadata": seed, threads, earlyStoppingPatience,
earlyStoppingThreshold, modelRevision, hubPrivate, pushCheckpoints, wandbEntity, and trainer and peft, two objects whose members are
fields of trl.SFTConfig and peft.LoraConfig under their own names. What it cannot do is refused by its path, and never left out.
"""

import argparse
import contextlib
import dataclasses
import errno
import fcntl
import hashlib
import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

PREFIX = "@attune "
CONFIG_VERSION = 1
DEFAULT_SEED = 42
MAX_NAMED = 10          # so many bad lines are named one by one; the rest is counted
RECOVERY_INTERVAL = 60  # seconds of work between two checkpoints against crashes, and at least
RECOVERY_SHARE = 20     # so many times as long as one takes
PUSH_INTERVAL = 600     # seconds between two of them that are pushed to the Hub, and at least as many times as long as a push takes
PUSH_TRIES = 3
FAREWELL = 5            # seconds that the other processes have to end by themselves where one has failed
STATUS_INTERVAL = 10    # seconds between two printed lines of status

LORA = ("lora", "qlora")
MODULES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")

# path: kind, smallest, largest, default, words, (path that it depends on, its values). The schema of Attune; tests hold the two together.
PARAMETERS = {
    "model.baseModel": ("text", None, None, None, None, None),
    "model.precision": ("enum", None, None, None, ("fp32", "fp16", "bf16", "fp8", "int8", "int4"), None),
    "datasets.trainingFileId": ("text", None, None, None, None, None),
    "datasets.validationFileId": ("text", None, None, None, None, None),
    "method.type": ("enum", None, None, "lora", ("full", "lora", "qlora"), None),
    "method.loraConfig.rank": ("integer", 1, 256, 8, None, ("method.type", LORA)),
    "method.loraConfig.alpha": ("integer", 1, 512, 16, None, ("method.type", LORA)),
    "method.loraConfig.dropout": ("double", 0, 1, 0.0, None, ("method.type", LORA)),
    "method.loraConfig.trainableModules": ("text", None, None, "all-linear", None, ("method.type", LORA)),
    "schedule.epochs": ("integer", 1, 20, 3, None, None),
    "schedule.batchSize": ("integer", 1, 64, 4, None, None),
    "schedule.sequenceLength": ("integer", 512, 33000, 2048, None, None),
    "schedule.gradientAccumulation": ("integer", 1, 16, 1, None, None),
    "schedule.checkpoints": ("integer", 0, 10, 1, None, None),
    "schedule.evaluations": ("integer", 0, 20, 1, None, None),
    "schedule.trainOnInputs": ("enum", None, None, "auto", ("auto", "enabled", "disabled"), None),
    "optimizer.learningRate": ("double", 0, 1, 1e-5, None, None),
    "optimizer.scheduler.type": ("enum", None, None, "cosine",
                                 ("cosine", "linear", "constant", "constant_with_warmup", "polynomial"), None),
    "optimizer.scheduler.minLRRatio": ("double", 0, 1, 0.0, None,
                                       ("optimizer.scheduler.type", ("cosine", "linear", "polynomial"))),
    "optimizer.scheduler.warmupRatio": ("double", 0, 1, 0.0, None,
                                        ("optimizer.scheduler.type",
                                         ("cosine", "linear", "constant_with_warmup", "polynomial"))),
    "optimizer.scheduler.cycles": ("double", 0.1, 2, 0.5, None, ("optimizer.scheduler.type", ("cosine",))),
    "optimizer.weightDecay": ("double", 0, 1, 0.0, None, None),
    "optimizer.maxGradientNorm": ("double", 0, 10, 1.0, None, None),
    "optimizations.enabled": ("set", None, None, (),
                              ("flash_attention", "gradient_checkpointing", "optimizer_8bit", "paged_optimizer",
                               "fused_kernels", "sequence_packing", "dynamic_padding", "activation_offloading"), None),
    "hardware.gpuType": ("text", None, None, None, None, None),
    "hardware.numGPUs": ("integer", 1, 1024, 1, None, None),
    "integrations.wandb.project": ("text", None, None, None, None, None),
    "integrations.wandb.runName": ("text", None, None, None, None, ("integrations.wandb.project", None)),
    "integrations.wandb.apiKey": ("secret", None, None, None, None, ("integrations.wandb.project", None)),
    "integrations.wandb.baseUrl": ("text", None, None, None, None, ("integrations.wandb.project", None)),
    "integrations.huggingface.apiToken": ("secret", None, None, None, None, ("integrations.huggingface.outputRepoName", None)),
    "integrations.huggingface.outputRepoName": ("text", None, None, None, None, None),
    "output.suffix": ("text", None, None, None, None, None),
}

# Members of metadata: kind, smallest, largest, default
METADATA = {
    "seed": ("integer", 0, 2**32 - 1, None),
    "threads": ("integer", 0, 1024, None),
    "earlyStoppingPatience": ("integer", 1, 1000, None),
    "earlyStoppingThreshold": ("double", 0, 1000, 0.0),
    "modelRevision": ("text", None, None, None),
    "hubPrivate": ("boolean", None, None, True),
    "pushCheckpoints": ("boolean", None, None, False),
    "wandbEntity": ("text", None, None, None),
    "trainer": ("object", None, None, None),
    "peft": ("object", None, None, None),
}
# Set before the first import: nobody is told anything.
QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "TOKENIZERS_PARALLELISM": "false",
         "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
# Members that whoever starts the runner has acted on already.
LAUNCHER_METADATA = ("flavor", "timeout", "timeoutSeconds", "namespace", "labels", "dockerImage")

# Fields that a parameter of the schema, or this program itself, decides: an override would say the same thing twice.
TRAINER_GOVERNED = {
    "num_train_epochs": "schedule.epochs", "per_device_train_batch_size": "schedule.batchSize",
    "per_device_eval_batch_size": "schedule.batchSize", "max_length": "schedule.sequenceLength",
    "gradient_accumulation_steps": "schedule.gradientAccumulation", "save_strategy": "schedule.checkpoints",
    "save_steps": "schedule.checkpoints", "eval_strategy": "schedule.evaluations", "eval_steps": "schedule.evaluations",
    "completion_only_loss": "schedule.trainOnInputs", "assistant_only_loss": "schedule.trainOnInputs",
    "learning_rate": "optimizer.learningRate", "lr_scheduler_type": "optimizer.scheduler.type",
    "lr_scheduler_kwargs": "optimizer.scheduler", "warmup_steps": "optimizer.scheduler.warmupRatio",
    "weight_decay": "optimizer.weightDecay", "max_grad_norm": "optimizer.maxGradientNorm",
    "gradient_checkpointing": "optimizations.enabled", "packing": "optimizations.enabled",
    "use_liger_kernel": "optimizations.enabled", "activation_offloading": "optimizations.enabled",
    "bf16": "model.precision", "fp16": "model.precision", "seed": "metadata.seed", "data_seed": "metadata.seed",
    "report_to": "integrations.wandb.project", "run_name": "integrations.wandb.runName",
    "push_to_hub": "integrations.huggingface.outputRepoName", "hub_model_id": "integrations.huggingface.outputRepoName",
    "hub_token": "integrations.huggingface.apiToken", "hub_private_repo": "metadata.hubPrivate",
    "output_dir": "--folder", "use_cpu": "hardware.gpuType", "logging_steps": "the run folder",
    "logging_strategy": "the run folder", "logging_nan_inf_filter": "the run folder", "resume_from_checkpoint": "the run folder",
    "enable_jit_checkpoint": "the run folder", "load_best_model_at_end": "metadata.earlyStoppingPatience",
    "max_steps": "schedule.epochs", "train_sampling_strategy": "metadata.seed", "trust_remote_code": "no setting: foreign code is never run",
}
PEFT_GOVERNED = {
    "r": "method.loraConfig.rank", "lora_alpha": "method.loraConfig.alpha", "lora_dropout": "method.loraConfig.dropout",
    "target_modules": "method.loraConfig.trainableModules", "task_type": "no setting: it is always CAUSAL_LM",
}


class Problem(Exception):
    """What ends a run, with the code that status.json gives. The message names the place and what to do."""

    def __init__(self, message, code="failed", status=1):
        super().__init__(message)
        self.code = code
        self.status = status


def invalid(message):
    return Problem(message, "invalid", 2)


def unsupported(message):
    return Problem(message, "not-supported", 2)


class Stopped(Exception):
    """SIGTERM or the cancel file came before the first step."""


# --- Settings ------------------------------------------------------------------------------------------------------------------


def flatten(value, prefix=""):
    """The leaves of the configuration by path. A null is as good as absent."""
    for name, member in value.items():
        path = prefix + name
        if member is None or path == "version":
            continue
        if path == "metadata" or path in PARAMETERS or not isinstance(member, dict):
            yield path, member
        else:
            yield from flatten(member, path + ".")


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool) or isinstance(value, float) and value.is_integer()


def check_value(path, value, kind, smallest, largest, words=None):
    if kind in ("integer", "double"):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise invalid(f"{path} is not a number")
        if kind == "integer" and not is_integer(value):
            raise invalid(f"{path} is {value:g}, but has to be a whole number")
        if not smallest <= value <= largest:
            raise invalid(f"{path} is {value:g}, but has to be from {smallest} to {largest}")
        return int(value) if kind == "integer" else float(value)
    if kind == "boolean":
        if not isinstance(value, bool):
            raise invalid(f"{path} is neither true nor false")
    elif kind == "object":
        if not isinstance(value, dict):
            raise invalid(f"{path} is not an object")
    elif kind == "set":
        if not isinstance(value, list):
            raise invalid(f"{path} is not a list")
        for word in value:
            if word not in words:
                raise invalid(f"{path}: “{word}” is not known. Use some of {', '.join(words)}.")
        return tuple(dict.fromkeys(value))
    elif not isinstance(value, str):
        raise invalid(f"{path} is not a text")
    elif kind == "enum" and value not in words:
        raise invalid(f"{path} is “{value}”, which is not known. Use one of {', '.join(words)}.")
    return value


class Settings:
    """The configuration, checked. settings["schedule.epochs"] is the value or the default, path in settings.set tells whether it was given."""

    def __init__(self, configuration):
        self.values = {}
        self.metadata = {}
        self.warnings = []

        for path, value in flatten(configuration):
            if path == "metadata":
                self.read_metadata(value)
            elif path in PARAMETERS:
                kind, smallest, largest, _, words, _ = PARAMETERS[path]
                self.values[path] = check_value(path, value, kind, smallest, largest, words)
            else:
                raise invalid(f"{path} is not a known setting. Take it out, or correct its name.")
        self.set = set(self.values)
        for path in self.set:
            condition = PARAMETERS[path][5]
            if condition is not None and not self.applies(*condition):
                self.warnings.append(f"{path} is set, but has no effect with {condition[0]} {self[condition[0]] or 'unset'}")

    def read_metadata(self, metadata):
        if not isinstance(metadata, dict):
            raise invalid("metadata is not an object")
        for name, value in metadata.items():
            if value is None or name in LAUNCHER_METADATA:
                continue
            if name not in METADATA:
                raise unsupported(f"metadata.{name} is not known to the runner. Take it out; fields of TRL's trainer go into metadata.trainer, "
                                  "those of PEFT's LoRA into metadata.peft.")
            kind, smallest, largest, _ = METADATA[name]
            self.metadata[name] = check_value("metadata." + name, value, kind, smallest, largest)
        for group, governed in (("trainer", TRAINER_GOVERNED), ("peft", PEFT_GOVERNED)):
            for name in self.metadata.get(group, {}):
                if name in governed:
                    raise invalid(f"metadata.{group}.{name} is decided by {governed[name]}: set that")

    def __getitem__(self, path):
        return self.values.get(path, PARAMETERS[path][3])

    def meta(self, name):
        return self.metadata.get(name, METADATA[name][3])

    def applies(self, path, values):
        return self[path] in values if values is not None else bool(self[path])

    def feature(self, name):
        return name in self["optimizations.enabled"]


@dataclasses.dataclass
class Machine:
    """What is there to train with."""

    gpus: int = 0
    gpu_names: tuple = ()
    bf16: bool = False
    modules: tuple = ()  # optional ones that can be imported

    @classmethod
    def look(cls):
        import importlib.util

        import torch

        names = tuple(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())) if torch.cuda.is_available() else ()
        modules = tuple(name for name in ("bitsandbytes", "liger_kernel", "flash_attn", "wandb") if importlib.util.find_spec(name))
        return cls(len(names), names, bool(names) and torch.cuda.is_bf16_supported(), modules)


# --- The schedule of the learning rate: the one of src/core/attune-schedule.c --------------------------------------------------


class Schedule:
    def __init__(self, kind, rate, floor, warmup, cycles, total):
        self.kind, self.rate, self.floor, self.cycles, self.total = kind, rate, floor, cycles, total
        # 0.1 × 30 is a hair more than 3 in binary, and must not become 4.
        self.warmup = 0 if kind == "constant" else min(math.ceil(warmup * total - 1e-9), total)

    def share(self, step):
        """The share of the learning rate in the step that @step others came before."""
        if step < self.warmup:
            return (step + 1) / self.warmup
        x = (step - self.warmup) / max(1, self.total - self.warmup)
        if self.kind == "cosine":
            decay = 0.5 * (1 + math.cos(2 * math.pi * self.cycles * x))
        elif self.kind == "linear":
            decay = 1 - x
        elif self.kind == "polynomial":
            decay = (1 - x) ** 2
        else:
            return 1.0
        return self.floor + (1 - self.floor) * decay


def is_due(step, total, times):
    """Whether one of @times moments spread evenly over @total steps falls on this step."""
    return step * times // total != (step - 1) * times // total


# --- Translation: from settings to every argument of TRL, PEFT and transformers --------------------------------------------------


def parse_modules(text):
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise invalid("method.loraConfig.trainableModules names no module. Use all-linear.")
    if "all-linear" in names:
        return "all-linear"
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9_.]+", name):
            raise invalid(f"method.loraConfig.trainableModules: “{name}” is not the name of a module. "
                          f"Use all-linear, or some of {', '.join(MODULES)}.")
    return sorted(dict.fromkeys(names), key=lambda name: (MODULES.index(name) if name in MODULES else len(MODULES), name))


def need_gpu(settings, machine, feature, what):
    if settings.feature(feature) and machine.gpus == 0:
        raise unsupported(f"optimizations.enabled: {feature} {what} needs a GPU, and there is none here. Take it out, or choose hardware with one.")


def need_module(machine, name, path):
    if name not in machine.modules:
        raise unsupported(f"{path} needs the Python package {name}, which is not installed here. Install it, or take the setting out.")


def choose_precision(settings, machine, plan):
    """What the sums are computed in ("fp32", "fp16", "bf16") and how many bits the base model's weights have (0: as computed)."""
    precision = settings["model.precision"]
    lora = settings["method.type"] in LORA
    bits = 0

    if precision == "fp8":
        raise unsupported("model.precision: fp8 is not available in TRL's trainer. Use bf16.")
    if precision in ("int8", "int4"):
        if not lora:
            raise unsupported(f"model.precision: all weights cannot be trained in {precision}. Use bf16, or method.type lora or qlora.")
        bits = 8 if precision == "int8" else 4
        precision = None
    elif settings["method.type"] == "qlora":
        bits = 4
    if bits > 0:
        path = "method.type: qlora" if settings["method.type"] == "qlora" else f"model.precision: int{bits}"
        if bits == 4 and machine.gpus == 0:
            raise unsupported(f"{path} needs a GPU, and there is none here. Use lora with fp32, bf16 or int8, or choose hardware with a GPU.")
        need_module(machine, "bitsandbytes", path)

    if precision is None:
        precision = "bf16" if machine.bf16 else "fp16" if machine.gpus > 0 else "fp32"
        plan["notes"].append(f"Precision {precision} was chosen: it is what this machine computes fastest without harm")
    if precision == "fp16" and machine.gpus == 0:
        raise unsupported("model.precision: fp16 needs a GPU, and there is none here. Use fp32 or bf16.")
    if precision == "bf16" and machine.gpus > 0 and not machine.bf16:
        raise unsupported(f"model.precision: {machine.gpu_names[0]} does not compute in bf16. Use fp16.")
    return precision, bits


def choose_optimizer(settings, machine):
    small, paged = settings.feature("optimizer_8bit"), settings.feature("paged_optimizer")
    for feature, wanted in (("optimizer_8bit", small), ("paged_optimizer", paged)):
        if wanted:
            need_module(machine, "bitsandbytes", f"optimizations.enabled: {feature}")
    if paged:
        return "paged_adamw_8bit" if small else "paged_adamw_32bit"
    if small:
        return "adamw_8bit"
    return "adamw_torch_fused" if settings.feature("fused_kernels") else "adamw_torch"


def name_schedule(settings):
    """The nearest schedule of transformers by its name, for whoever reads the arguments; the rates themselves are Schedule's."""
    kind, floor, rate = (settings[p] for p in ("optimizer.scheduler.type", "optimizer.scheduler.minLRRatio", "optimizer.learningRate"))
    if kind == "cosine":
        cycles = settings["optimizer.scheduler.cycles"]
        return ("cosine_with_min_lr", {"min_lr_rate": floor, "num_cycles": cycles}) if floor > 0 else ("cosine", {"num_cycles": cycles})
    if kind == "linear" and floor == 0:
        return "linear", {}
    if kind in ("linear", "polynomial"):
        return "polynomial", {"lr_end": floor * rate, "power": 1.0 if kind == "linear" else 2.0}
    return kind, {}


def check_early_stopping(settings, has_validation):
    if settings.meta("earlyStoppingPatience") is None:
        if "earlyStoppingThreshold" in settings.metadata:
            raise invalid("metadata.earlyStoppingThreshold is set without metadata.earlyStoppingPatience: say after how many evaluations to stop")
    elif not has_validation:
        raise invalid("metadata.earlyStoppingPatience needs validation data (datasets.validationFileId)")
    elif settings["schedule.evaluations"] < 2:
        raise invalid("metadata.earlyStoppingPatience needs schedule.evaluations of 2 or more")


def translate(settings, machine, seed=DEFAULT_SEED, has_validation=True, environment=None):
    """Every argument that is handed on, as plain data: {"model", "quantization", "lora", "trainer", "environment", "notes", …}.
    Nothing is left to a default of TRL, because those change from version to version."""
    environment = os.environ if environment is None else environment
    plan = {"notes": [], "warnings": list(settings.warnings)}
    lora = settings["method.type"] in LORA
    gpus = settings["hardware.numGPUs"]

    if machine.gpus == 0 and (settings["hardware.gpuType"] or "hardware.numGPUs" in settings.set and gpus > 1):
        path = "hardware.gpuType" if settings["hardware.gpuType"] else "hardware.numGPUs"
        raise unsupported(f"{path} is set, but there is no GPU here. Start the runner where there is one, or take the setting out.")
    if machine.gpus > 0 and gpus > machine.gpus:
        raise unsupported(f"hardware.numGPUs is {gpus}, but there are {machine.gpus} here. Lower it, or choose other hardware.")
    wanted = (settings["hardware.gpuType"] or "").upper().split("-")[0]
    if wanted and not any(wanted in name.upper() for name in machine.gpu_names):
        plan["warnings"].append(f"hardware.gpuType is {settings['hardware.gpuType']}, but here is {machine.gpu_names[0]}: that one is used")
    if settings["schedule.batchSize"] % gpus != 0:
        raise invalid(f"schedule.batchSize is {settings['schedule.batchSize']}, which {gpus} GPUs (hardware.numGPUs) cannot share evenly. "
                      f"Use a multiple of {gpus}.")
    check_early_stopping(settings, has_validation)
    if settings["schedule.evaluations"] > 0 and not has_validation:
        if "schedule.evaluations" in settings.set:
            plan["warnings"].append("schedule.evaluations is set, but there is no validation data: nothing is evaluated")
    elif settings["schedule.evaluations"] == 0 and has_validation:
        plan["warnings"].append("There is validation data, but schedule.evaluations is 0: nothing is evaluated")

    precision, bits = choose_precision(settings, machine, plan)
    compute = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16"}[precision]
    plan["precision"], plan["bits"] = precision, bits
    plan["quantization"] = None
    if bits == 4:
        plan["quantization"] = {"load_in_4bit": True, "load_in_8bit": False, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": True,
                                "bnb_4bit_compute_dtype": compute, "bnb_4bit_quant_storage": compute}
    elif bits == 8:
        plan["quantization"] = {"load_in_4bit": False, "load_in_8bit": True, "llm_int8_threshold": 6.0}

    attention = "sdpa"
    if settings.feature("flash_attention"):
        if machine.gpus > 0 and "flash_attn" in machine.modules and precision != "fp32":
            attention = "flash_attention_2"
        else:
            plan["notes"].append("optimizations.enabled: flash_attention runs through PyTorch’s own tiled attention (sdpa) here")
    # Weights that are trained themselves stay in fp32 and are rounded while computing; a frozen base may be stored short.
    plan["model"] = {"dtype": compute if lora else "float32", "attn_implementation": attention, "trust_remote_code": False,
                     "revision": settings.meta("modelRevision") or "main", "use_cache": False}
    plan["lora"] = None
    if lora:
        plan["lora"] = {"r": settings["method.loraConfig.rank"], "lora_alpha": settings["method.loraConfig.alpha"],
                        "lora_dropout": settings["method.loraConfig.dropout"], "bias": "none", "task_type": "CAUSAL_LM",
                        "target_modules": parse_modules(settings["method.loraConfig.trainableModules"]),
                        "init_lora_weights": True, "use_rslora": False, "use_dora": False, "modules_to_save": None}
        if plan["lora"]["lora_dropout"] >= 1:
            raise invalid("method.loraConfig.dropout is 1: nothing would be left to learn from. Use less than 1.")
        plan["lora"].update(settings.meta("peft") or {})
    elif settings.meta("peft"):
        raise invalid("metadata.peft is set, but method.type is full: there is no adapter that it could change")

    need_gpu(settings, machine, "activation_offloading", "(activations in the computer’s own memory)")
    if settings.feature("fused_kernels"):
        if machine.gpus > 0:
            need_module(machine, "liger_kernel", "optimizations.enabled: fused_kernels")
        else:
            plan["notes"].append("optimizations.enabled: fused_kernels are the optimizer’s and the loss’s here; those of Liger need a GPU")
    if settings.feature("paged_optimizer") and machine.gpus == 0:
        plan["notes"].append("optimizations.enabled: paged_optimizer moves nothing here: its state lies in the computer’s own memory anyway")
    if settings.feature("dynamic_padding"):
        plan["notes"].append("optimizations.enabled: dynamic_padding is how every batch is made: padded to its longest row")

    kind, arguments = name_schedule(settings)
    project = settings["integrations.wandb.project"]
    checkpointing = settings.feature("gradient_checkpointing")
    batch = settings["schedule.batchSize"] // gpus
    plan["trainer"] = {
        "num_train_epochs": float(settings["schedule.epochs"]), "max_steps": -1,
        "per_device_train_batch_size": batch, "per_device_eval_batch_size": batch,
        "gradient_accumulation_steps": settings["schedule.gradientAccumulation"], "auto_find_batch_size": False,
        "learning_rate": settings["optimizer.learningRate"], "lr_scheduler_type": kind, "lr_scheduler_kwargs": arguments,
        "warmup_steps": 0.0 if settings["optimizer.scheduler.type"] == "constant" else settings["optimizer.scheduler.warmupRatio"],
        "optim": choose_optimizer(settings, machine), "weight_decay": settings["optimizer.weightDecay"],
        "adam_beta1": 0.9, "adam_beta2": 0.999, "adam_epsilon": 1e-8, "max_grad_norm": settings["optimizer.maxGradientNorm"],
        "bf16": precision == "bf16", "fp16": precision == "fp16", "tf32": False if machine.gpus > 0 else None,
        "bf16_full_eval": False, "fp16_full_eval": False, "use_cpu": machine.gpus == 0,
        "gradient_checkpointing": checkpointing, "gradient_checkpointing_kwargs": {"use_reentrant": False} if checkpointing else None,
        "activation_offloading": settings.feature("activation_offloading"),
        "use_liger_kernel": settings.feature("fused_kernels") and machine.gpus > 0, "torch_compile": False,
        "max_length": settings["schedule.sequenceLength"], "truncation_mode": "keep_start",
        "packing": settings.feature("sequence_packing"), "packing_strategy": "bfd", "eval_packing": False, "padding_free": False,
        "pad_to_multiple_of": None, "shuffle_dataset": False, "train_sampling_strategy": "random", "dataloader_drop_last": False,
        "dataloader_num_workers": 0, "remove_unused_columns": True,
        # Which tokens are learnt is settled when the rows are read: the labels are handed over ready-made.
        "completion_only_loss": False, "assistant_only_loss": False, "loss_type": "nll", "label_smoothing_factor": 0.0,
        "neftune_noise_alpha": None, "average_tokens_across_devices": True,
        # When to save and evaluate is decided step by step, as attune-engine does.
        "save_strategy": "no", "eval_strategy": "no", "save_total_limit": None, "save_only_model": False,
        "load_best_model_at_end": False, "enable_jit_checkpoint": False, "ignore_data_skip": False,
        "logging_strategy": "steps", "logging_steps": 1, "logging_first_step": False, "logging_nan_inf_filter": False,
        "disable_tqdm": True, "log_level": "warning", "skip_memory_metrics": True,
        "report_to": ["wandb"] if project else "none", "run_name": settings["integrations.wandb.runName"] if project else None,
        "trackio_space_id": None, "push_to_hub": False, "hub_model_id": None, "hub_token": None, "hub_always_push": False,
        "seed": seed, "data_seed": seed, "full_determinism": False,
        "ddp_backend": None if environment.get("WORLD_SIZE", "1") == "1" else "nccl" if machine.gpus > 0 else "gloo", "ddp_find_unused_parameters": False,
    }
    plan["trainer"].update(settings.meta("trainer") or {})
    # What the runner does itself. The rates are Schedule's; TRL's names for them above are for whoever reads the arguments.
    plan["run"] = {
        "baseModel": settings["model.baseModel"], "suffix": settings["output.suffix"], "training": settings["datasets.trainingFileId"],
        "validation": settings["datasets.validationFileId"], "learnInputs": settings["schedule.trainOnInputs"] == "enabled",
        "checkpoints": settings["schedule.checkpoints"], "evaluations": settings["schedule.evaluations"] if has_validation else 0, "gpus": gpus,
        "schedule": {"kind": settings["optimizer.scheduler.type"], "rate": settings["optimizer.learningRate"],
                     "floor": settings["optimizer.scheduler.minLRRatio"], "warmup": settings["optimizer.scheduler.warmupRatio"],
                     "cycles": settings["optimizer.scheduler.cycles"]},
        "patience": settings.meta("earlyStoppingPatience"), "threshold": settings.meta("earlyStoppingThreshold"),
    }
    plan["environment"] = translate_environment(settings, machine, environment)
    plan["hub"] = None
    if settings["integrations.huggingface.outputRepoName"]:
        if not (settings["integrations.huggingface.apiToken"] or environment.get("HF_TOKEN")):
            raise Problem("integrations.huggingface.outputRepoName is set, but there is no token. Put it into HF_TOKEN.", "auth-required", 2)
        plan["hub"] = {"repo": settings["integrations.huggingface.outputRepoName"], "private": settings.meta("hubPrivate"),
                       "checkpoints": settings.meta("pushCheckpoints")}
    elif settings.meta("pushCheckpoints"):
        raise invalid("metadata.pushCheckpoints needs a repository to push to (integrations.huggingface.outputRepoName)")
    return plan


def translate_environment(settings, machine, environment):
    """Environment variables. Without a word to the contrary nobody is told anything."""
    result = dict(QUIET)
    project = settings["integrations.wandb.project"]
    if not project:
        result.update({"WANDB_MODE": "disabled", "WANDB_DISABLED": "true"})
        return result

    need_module(machine, "wandb", "integrations.wandb.project")
    if not (settings["integrations.wandb.apiKey"] or environment.get("WANDB_API_KEY") or environment.get("WANDB_MODE") == "offline"):
        raise Problem("integrations.wandb.project is set, but there is no key. Put it into WANDB_API_KEY.", "auth-required", 2)
    result.update({"WANDB_PROJECT": project, "WANDB_WATCH": "false", "WANDB_LOG_MODEL": "false", "WANDB_DISABLE_CODE": "true",
                   "WANDB_DISABLE_GIT": "true", "WANDB_SILENT": "true"})
    for name, value in (("WANDB_NAME", settings["integrations.wandb.runName"]), ("WANDB_BASE_URL", settings["integrations.wandb.baseUrl"]),
                        ("WANDB_ENTITY", settings.meta("wandbEntity"))):
        if value:
            result[name] = value
    return result


def set_secrets(settings):
    """Secrets that came within the configuration go where the libraries look for them, and into no file."""
    for path, name in (("integrations.wandb.apiKey", "WANDB_API_KEY"), ("integrations.huggingface.apiToken", "HF_TOKEN")):
        if settings[path]:
            os.environ[name] = settings[path]


# --- Data: the forms that src/dataset reads --------------------------------------------------------------------------------------


class RowProblem(Exception):
    """Why a row is left out."""


SHAREGPT_ROLES = {"system": "system", "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant",
                  "bing": "assistant", "bard": "assistant", "model": "assistant"}


def form_of(row):
    if row.get("messages") is not None:
        return "chat"
    if row.get("prompt") is not None and row.get("completion") is not None:
        return "prompt-completion"
    if row.get("instruction") is not None and row.get("output") is not None:
        return "alpaca"
    if row.get("conversations") is not None:
        return "sharegpt"
    if row.get("text") is not None:
        return "text"
    return None


def is_blank(text):
    return all(character.isspace() for character in text)


def get_text(row, name):
    value = row.get(name)
    if isinstance(value, list):
        raise RowProblem(f"“{name}” is a list of parts (pictures, sound or texts), which is not supported; write it as one text")
    if name not in row:
        raise RowProblem(f"“{name}” is missing; add it")
    if not isinstance(value, str):
        raise RowProblem(f"“{name}” is not a text; write it in quotation marks")
    if "\0" in value:
        raise RowProblem(f"“{name}” holds a NUL character (\\u0000); take it out")
    return value


def check_tools(row):
    for name in ("tools", "functions", "tool_calls", "function_call"):
        if row.get(name) not in (None, []):
            raise RowProblem(f"“{name}” is there, but tool calls cannot be learnt yet; take the row out")


def parse_messages(items):
    messages = []
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise RowProblem(f"Message {number} is not an object with “role” and “content”")
        try:
            role = get_text(item, "role")
            if role in ("tool", "function"):
                raise RowProblem(f"the role is “{role}”, but tool calls cannot be learnt yet; take the row out")
            if role not in ("system", "user", "assistant"):
                raise RowProblem(f"the role “{role}” is unknown; use “system”, “user” or “assistant”")
            check_tools(item)
            content = get_text(item, "content")
        except RowProblem as problem:
            raise RowProblem(f"Message {number}: {problem}") from None
        weight = item.get("weight")
        if isinstance(weight, (int, float)) and not isinstance(weight, bool) and weight != 1:
            raise RowProblem(f"Message {number} has a “weight” other than 1, which is not supported; take it out")
        before = messages[-1]["role"] if messages else None
        if role == "system" and before is not None:
            raise RowProblem(f"Message {number}: a “system” message stands after others; it has to be the first")
        if role == "assistant" and before in (None, "system"):
            raise RowProblem(f"Message {number}: the “assistant” answers before the “user” has said anything; put a “user” message before it")
        if role == before:
            raise RowProblem(f"Message {number}: two “{role}” messages follow each other; join them")
        if role == "assistant" and is_blank(content):
            raise RowProblem(f"Message {number}: the answer of the “assistant” is empty; write one or take the row out")
        messages.append({"role": role, "content": content})

    if not any(message["role"] == "assistant" for message in messages):
        raise RowProblem("There is no message of the “assistant”, so nothing can be learnt; add the answer")
    if messages[-1]["role"] != "assistant":
        raise RowProblem("The last message is the user's and nothing answers it; add the answer of the “assistant” or take the message out")
    return messages


def parse_pair(row, question, more, answer):
    prompt, completion = get_text(row, question), get_text(row, answer)
    if more is not None and row.get(more) is not None and get_text(row, more):
        prompt += "\n\n" + row[more]
    if is_blank(completion):
        raise RowProblem(f"“{answer}” is empty, so nothing can be learnt; write the answer or take the row out")
    return [{"role": "user", "content": prompt}, {"role": "assistant", "content": completion}]


def parse_sharegpt(row):
    if not isinstance(row["conversations"], list):
        raise RowProblem("“conversations” is not a list; write [{\"from\": …, \"value\": …}, …]")
    items = []
    for number, item in enumerate(row["conversations"], 1):
        if not isinstance(item, dict):
            raise RowProblem(f"Message {number} is not an object with “from” and “value”")
        try:
            who = get_text(item, "from")
            if who not in SHAREGPT_ROLES:
                raise RowProblem(f"“from” is “{who}”, which is unknown; use “system”, “human” or “gpt”")
            items.append({"role": SHAREGPT_ROLES[who], "content": get_text(item, "value")})
        except RowProblem as problem:
            raise RowProblem(f"Message {number}: {problem}") from None
    return parse_messages(items)


def parse_row(row, form):
    """The messages of a row; a plain text is one message of the role "text"."""
    found = form_of(row)
    if found is None:
        if row.get("chosen") is not None or row.get("rejected") is not None:
            raise RowProblem("This is a preference pair (“chosen”, “rejected”), which is not supported yet; write “messages” with the chosen answer")
        raise RowProblem("The row has no members that are known; use “messages”, “prompt” and “completion”, “instruction” and “output”, "
                         "“conversations”, or “text”")
    if found != form:
        raise RowProblem(f"The row is of the form “{found}”, but the rows before it are of the form “{form}”; keep to one form in a file")
    if form == "chat":
        check_tools(row)
        if not isinstance(row["messages"], list):
            raise RowProblem("“messages” is not a list; write [{\"role\": …, \"content\": …}, …]")
        return parse_messages(row["messages"])
    if form == "prompt-completion":
        return parse_pair(row, "prompt", None, "completion")
    if form == "alpaca":
        return parse_pair(row, "instruction", "input", "output")
    if form == "sharegpt":
        return parse_sharegpt(row)
    text = get_text(row, "text")
    if is_blank(text):
        raise RowProblem("“text” is empty; take the row out")
    return [{"role": "text", "content": text}]


def read_rows(path, complain):
    """Yields (line, messages) of a JSON Lines file. @complain takes (line, text) of each row that is left out."""
    form = None
    first = True
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if number == 1 and line.startswith(b"\xef\xbb\xbf"):
                line = line[3:]
            line = line.strip(b" \t\r\n")
            if not line:
                continue
            if first and line[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise Problem(f"“{path}” is written in UTF-16; save it as UTF-8", "invalid")
            if first and (line.startswith(b"[") or line == b"{"):
                raise Problem(f"“{path}” is not JSON Lines; write each row as one JSON object on a line of its own", "invalid")
            first = False
            try:
                text = line.decode("utf-8")
                row = json.loads(text, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(f"{name} is no JSON")))
            except UnicodeDecodeError as error:
                raise Problem(f"{path.name}, line {number}: the text is not valid UTF-8 (byte 0x{line[error.start]:02X}); save the file as UTF-8",
                              "invalid") from None
            except ValueError as error:
                raise Problem(f"{path.name}, line {number}: this is not valid JSON ({error}); each line has to be one whole JSON object",
                              "invalid") from None
            if not isinstance(row, dict):
                complain(number, "The line is no JSON object; write {\"messages\": […]}")
                continue
            form = form or form_of(row)
            try:
                yield number, parse_row(row, form)
            except RowProblem as problem:
                complain(number, str(problem))


class Renderer:
    """From messages to tokens and, for each, whether it belongs to an answer (its text and the token that ends it, not its header). The template
    is run, not imitated. What people wrote cannot pass for the template's own words: where a message holds a special token or the
    header of an answer, a mark is put into it while the template runs, and taken out again before the text is encoded."""

    def __init__(self, tokenizer, place):
        self.tokenizer = tokenizer
        self.place = place
        self.backend = getattr(tokenizer, "backend_tokenizer", None)
        if self.backend is None:
            raise unsupported(f"The tokenizer of {place} is not of the fast kind (tokenizer.json), which the runner needs")
        self.special = {token.content: index for index, token in tokenizer.added_tokens_decoder.items() if token.special}
        self.pattern = self.any_of(self.special)
        self.template = None
        self.piecewise = "ByteLevel" in json.dumps(json.loads(self.backend.to_str()).get("pre_tokenizer"))

    @staticmethod
    def any_of(texts):
        return re.compile("|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True) if text) or r"(?!)")

    def encode(self, text):
        """Plain text: special tokens that somebody wrote into it are text."""
        self.backend.encode_special_tokens = True
        try:
            return self.backend.encode(text, add_special_tokens=False).ids
        finally:
            self.backend.encode_special_tokens = False

    def document(self, text):
        """A plain text as a model reads it: with what the tokenizer puts around, and an end."""
        self.backend.encode_special_tokens = True
        try:
            whole = self.backend.encode(text, add_special_tokens=True).ids
        finally:
            self.backend.encode_special_tokens = False
        ids = self.encode(text)
        before = next((i for i in range(len(whole) - len(ids) + 1) if whole[i:i + len(ids)] == ids), None)
        if before is not None and before + len(ids) == len(whole) and self.tokenizer.eos_token_id is not None:
            whole = whole + [self.tokenizer.eos_token_id]
        return whole

    def run(self, messages, prompt=False):
        return self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt, chat_template=self.template)

    def learn_template(self):
        """What stands before an answer, and the token that ends it: from what the template writes for a few words."""
        if self.tokenizer.chat_template is None:
            raise Problem(f"The model {self.place} has no chat template; choose one that was made for conversations, or train on plain text",
                          "not-found")
        # A template that would write the date of the day writes the fixed one that it has for systems without a clock.
        self.template = self.tokenizer.get_chat_template().replace("strftime_now", "no_clock")
        question = [{"role": "user", "content": "Wq1v"}]
        try:
            text = self.run([*question, {"role": "assistant", "content": "Wq2v"}])
            prompt = self.run(question, True)
        except Exception as error:
            raise unsupported(f"The chat template of {self.place} cannot be used: {error}") from None
        start, end = text.find("Wq1v") + 4, text.find("Wq2v")
        if start < 4 or end < start:
            raise unsupported(f"The chat template of {self.place} does not write conversations in a form that is known")
        between, header = text[start:end], prompt[len(os.path.commonprefix([prompt, self.run(question)])):]
        # A header may go on with the beginning of a thought, which earlier answers do not have.
        while header and header not in between:
            header = header[:-1]
        self.header = header if header.strip() else between
        ending = self.pattern.search(text, end)
        if not self.header.strip() or ending is None:
            raise unsupported(f"The chat template of {self.place} does not mark where an answer begins, or ends it with no special token: "
                              "the model would not learn to stop. Choose a model that was made for conversations.")
        self.ending = ending.group()
        self.forged = self.any_of([*self.special, self.header, self.header.strip()])

    def render(self, messages):
        """(ids, learnt) of a conversation."""
        if self.template is None:
            self.learn_template()
        foreign = any(self.forged.search(message["content"]) for message in messages)
        mark = ""
        if foreign:
            mark = next(chr(c) for c in range(0xE000, 0xF8FF) if not any(chr(c) in message["content"] for message in messages))
            messages = [{**message, "content": self.forged.sub(lambda found: found[0][:1] + mark + found[0][1:], message["content"])}
                        for message in messages]
        text = self.run(messages)
        own = [(found.start(), found.end(), self.special[found[0]]) for found in self.pattern.finditer(text)]
        answers = []
        for found in re.finditer(re.escape(self.header), text):
            ending = next((token for token in own if token[0] >= found.end() and text[token[0]:token[1]] == self.ending), None)
            answers.append((found.end(), ending[1] if ending else len(text)))
        if len(answers) != sum(message["role"] == "assistant" for message in messages):
            raise ValueError("its answers cannot be told from the rest of what the template writes")
        if mark:
            def clean(at):
                return at - text.count(mark, 0, at)

            own = [(clean(start), clean(end), token) for start, end, token in own]
            answers = [(clean(start), clean(end)) for start, end in answers]
            text = text.replace(mark, "")
        return self.encode_parts(text, own, answers) if self.piecewise or foreign else self.encode_whole(text, answers)

    def encode_whole(self, text, answers):
        """In one go, for tokenizers that treat the beginning of a text specially."""
        encoding = self.backend.encode(text, add_special_tokens=False)
        learnt = [int(any(a <= start and end <= b and start < b for a, b in answers)) for start, end in encoding.offsets]
        return encoding.ids, learnt

    def encode_parts(self, text, own, answers):
        """Text between two special tokens is encoded in one go; only where a token would reach over from a header into the answer
        it is cut, because an answer is written behind the tokens of its header."""
        ids, learnt = [], []
        stops = sorted(own + [(end, end, None) for _, end in answers if not any(token[1] == end for token in own)] + [(len(text), len(text), None)])
        starts = [start for start, _ in answers]
        ends = {end for _, end in answers}
        inside = False
        at = 0
        for start, end, token in stops:
            cut = next((a for a in starts if at <= a <= start), None)
            if cut is not None:
                header, part = self.encode(text[at:cut]), self.encode(text[at:start])
                if part[:len(header)] != header:
                    part = header + self.encode(text[cut:start])
                ids += part
                learnt += [0] * len(header) + [1] * (len(part) - len(header))
                inside = True
                starts.remove(cut)
            else:
                part = self.encode(text[at:start])
                ids += part
                learnt += [int(inside)] * len(part)
            if token is not None:
                ids.append(token)
                learnt.append(int(inside))
            if end in ends:
                inside = False
            at = end
        return ids, learnt


class Examples:
    """The rows of a file as tokens and labels, as attune-engine makes them."""

    def __init__(self, path, renderer, length, learn_inputs, vocabulary, say=lambda level, text: None, should_stop=lambda: False):
        self.rows = []
        self.tokens = self.labels = self.truncated = self.left_out = 0
        named = []

        def complain(line, text):
            self.left_out += 1
            named.append(f"{path.name}, line {line}: {text} (the row is left out)")

        for line, messages in read_rows(path, complain):
            if len(self.rows) % 64 == 0 and should_stop():
                raise Stopped
            try:
                if messages[0]["role"] == "text":
                    ids = renderer.document(messages[0]["content"])
                    learnt = [1] * len(ids)
                else:
                    ids, learnt = renderer.render(messages)
            except Problem:
                raise
            except Exception as error:  # the template's own refusal, whatever class that has
                complain(line, f"The conversation does not go through the chat template: {error}")
                continue
            if learn_inputs:
                learnt = [1] * len(ids)
            for token in ids:
                if token >= vocabulary:
                    raise Problem(f"The tokenizer of {renderer.place} knows the token {token}, but the model's vocabulary ends at {vocabulary}. "
                                  "Tokenizer and weights are of different models: get the model again.", "invalid")
            cut = len(ids) > length
            ids, learnt = ids[:length], [0, *learnt[1:length]]
            if not any(learnt):
                complain(line, f"The answer begins behind the {length} tokens that fit. Raise schedule.sequenceLength or shorten it." if cut else
                         "There is no assistant message to learn. Add the answer, or set schedule.trainOnInputs to enabled.")
                continue
            self.rows.append((ids, [token if mark else -100 for token, mark in zip(ids, learnt)]))
            self.truncated += cut
            self.tokens += len(ids)
            self.labels += sum(learnt)

        if not self.rows:
            raise Problem(f"{path} has no row that can be learnt from: {named[0]}" if named else
                          f"{path} has no rows. Choose a file with one JSON object in each line.", "invalid")
        for text in named[:MAX_NAMED]:
            say("warning", text)
        if self.left_out > MAX_NAMED:
            say("warning", f"{path.name}: {self.left_out} rows in all are left out")
        if self.truncated:
            say("warning", f"{path.name}: {self.truncated} rows are longer than {length} tokens and are cut off there")

    def digest(self):
        sum_ = hashlib.sha256()
        for ids, labels in self.rows:
            sum_.update(json.dumps([ids, labels]).encode())
        return sum_.hexdigest()

    def dataset(self):
        import datasets

        return datasets.Dataset.from_dict({"input_ids": [ids for ids, _ in self.rows], "labels": [labels for _, labels in self.rows]})


# --- Order of the rows: the one of src/engine/attune-random.c -------------------------------------------------------------------

MASK = 2**64 - 1


def split_mix(state):
    state = (state + 0x9E3779B97F4A7C15) & MASK
    z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return state, z ^ (z >> 31)


def permute(count, seed, turn):
    """The order of @count rows in the epoch @turn: it depends on nothing else."""
    state = seed & MASK
    for number in (0x5EED, turn, count):
        state, value = split_mix(state)
        state = value ^ number
    _, state = split_mix(state)
    order = list(range(count))
    for i in range(count, 1, -1):
        threshold = (2**32 - i) % i
        while True:
            state, value = split_mix(state)
            product = (value >> 32) * i
            if product & 0xFFFFFFFF >= threshold:
                break
        other = product >> 32
        order[i - 1], order[other] = order[other], order[i - 1]
    return order


# --- Where an adapter begins: as in src/engine/attune-model-adapter.c ------------------------------------------------------------

GROUPS = (MODULES[:3], MODULES[3:4], MODULES[4:6], MODULES[6:])


def uniform(seed, count):
    """@count numbers from -1 to 1 that depend on the seed alone."""
    import numpy

    with numpy.errstate(over="ignore"):
        index = numpy.arange(count, dtype=numpy.uint64) * numpy.uint64(0xD1342543DE82EF95)
        state = numpy.uint64(split_mix(seed & MASK)[1]) ^ index
        state += numpy.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        state ^= state >> numpy.uint64(31)
    return 2 * ((state >> numpy.uint64(11)).astype(numpy.float64) + 1) * 2.0**-53 - 1


def begin_adapter(model, seed):
    """Fills the A of each adapted layer, which PEFT draws from the same range, with the numbers that attune-engine draws."""
    import torch

    found = {}
    for name, parameter in model.named_parameters():
        match = re.fullmatch(r".*\.layers\.(\d+)\.\w+\.(\w+)\.lora_A\.default\.weight", name)
        if match is None and ".lora_A." in name or match and match[2] not in MODULES:
            return False  # no model of that family: PEFT's own numbers are as good
        if match:
            found[int(match[1]), match[2]] = parameter
    number = 0
    for layer in sorted({layer for layer, _ in found}):
        for group in GROUPS:
            adapted = [module for module in group if (layer, module) in found]
            for i, module in enumerate(adapted):
                weight = found[layer, module]
                values = uniform(seed + number + i, weight.numel()) / math.sqrt(weight.shape[1])
                with torch.no_grad():
                    weight.copy_(torch.from_numpy(values).reshape(weight.shape))
            number += 2 * len(adapted)
    return bool(found)


# --- The run folder --------------------------------------------------------------------------------------------------------------


def now():
    return time.time_ns() // 1000


def replace_file(path, text):
    """Whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def to_json(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def to_number(value):
    return value if value is not None and math.isfinite(value) else None


METRICS = ("loss", "evalLoss", "learningRate", "gradNorm", "tokenAccuracy", "tokens", "tokensPerSecond")


def metric_line(step, epoch, moment, values):
    """The line of attune_metric_point_to_line(): what is absent is unset, what is no number is told by name."""
    line = {"step": step}
    if epoch is not None and math.isfinite(epoch):
        line["epoch"] = epoch
    line["time"] = moment
    strange = {}
    for name in METRICS:
        value = values.get(name)
        if value is None:
            continue
        line[name] = to_number(value)
        if line[name] is None:
            strange[name] = "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if strange:
        line["nonfinite"] = strange
    return to_json(line)


class RunFolder:
    """Writes what whoever watches the run reads. Of several processes only the first writes."""

    def __init__(self, path, writes=True):
        self.path = path
        self.writes = writes
        self.mutex = threading.RLock()
        self.cancelled = False
        self.said = set()
        self.ended = threading.Event()
        self.heartbeat = None
        self.printed = 0.0
        before = read_json(path / "status.json") or {}
        self.status = {"version": 1, "state": "validating_files", "step": 0, "totalSteps": 0, "epoch": 0.0, "pid": os.getpid(),
                       "pidStartTime": process_start(), "startedAt": before.get("startedAt") or now(), "updatedAt": now(), "timeRemaining": None,
                       "trainedTokens": 0}
        self.done = before.get("state") == "succeeded" and (path / "output").is_dir()
        if not writes or self.done:
            return

        self.lock = open(path / ".lock", "w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Problem(f"Another trainer is at work in {path}. Wait until it has ended, or pause it.", "conflict") from None
        for name in ("step", "totalSteps", "epoch", "trainedTokens", "model"):
            if name in before:
                self.status[name] = before[name]
        for name in ("metrics.jsonl", "events.jsonl"):
            self.mend(path / name)
        for line in (path / "events.jsonl").read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                self.said.add(json.loads(line)["message"])
        self.metrics = open(path / "metrics.jsonl", "a", encoding="utf-8")
        self.events = open(path / "events.jsonl", "a", encoding="utf-8")
        self.look_for_cancel()
        self.set_state("validating_files")
        self.heartbeat = threading.Thread(target=self.beat, name="attune-status", daemon=True)
        self.heartbeat.start()

    @staticmethod
    def mend(path):
        """Cuts off a last line without an end."""
        with open(path, "ab+") as file:
            file.seek(0)
            text = file.read()
            file.truncate(text.rfind(b"\n") + 1)

    @staticmethod
    def print(text):
        print(PREFIX + text, flush=True)

    def write_status(self, tell):
        with self.mutex:
            self.status["updatedAt"] = now()
            text = to_json({name: value for name, value in self.status.items() if value is not None or name == "timeRemaining"})
            if tell or time.monotonic() - self.printed >= STATUS_INTERVAL:
                self.printed = time.monotonic()
                self.print(text)
            replace_file(self.path / "status.json", text + "\n")

    def beat(self):
        while not self.ended.wait(1):
            self.look_for_cancel()
            with contextlib.suppress(OSError):  # a full disk ends the run where a checkpoint fails on it, with a word about it
                self.write_status(False)

    def look_for_cancel(self):
        self.cancelled = self.cancelled or (self.path / "cancel").exists()
        return self.cancelled

    def set_state(self, state):
        if self.writes:
            self.status["state"] = state
            self.write_status(True)

    def set_progress(self, **members):
        with self.mutex:
            self.status.update(members)

    def finish(self, state, output=None, problem=None):
        if not self.writes or self.done:
            return
        self.ended.set()
        if self.heartbeat:
            self.heartbeat.join()
        with self.mutex:
            self.status.update(state=state, timeRemaining=0.0 if state == "succeeded" else None, output=output,
                               error={"code": problem.code, "message": str(problem)} if problem else None)
        self.write_status(True)
        for file in (self.metrics, self.events, self.lock):
            file.close()

    def add_event(self, level, message, once=False):
        if not self.writes or self.done or once and message in self.said:
            return
        self.said.add(message)
        line = to_json({"time": now(), "level": level, "message": message})
        with self.mutex:
            self.print(line)
            self.events.write(line + "\n")
            self.events.flush()

    def say_once(self, level, message):
        self.add_event(level, message, once=True)

    def add_metrics(self, step, epoch, **values):
        if not self.writes:
            return
        line = metric_line(step, epoch, now(), values)
        with self.mutex:
            self.print(line)
            self.metrics.write(line + "\n")
            self.metrics.flush()

    def cut_back(self, step, drop_evaluation):
        """Takes out of the metrics what comes behind a step, and its evaluation too where that has to be done again."""
        if not self.writes:
            return
        keep = 0
        for line in (self.path / "metrics.jsonl").read_bytes().splitlines(keepends=True):
            point = json.loads(line)
            if point["step"] > step or drop_evaluation and point["step"] == step and "evalLoss" in point:
                break
            keep += len(line)
        self.metrics.flush()
        os.truncate(self.path / "metrics.jsonl", keep)

    def checkpoints(self):
        """The folders of all whole checkpoints, newest first."""
        found = []
        for path in (self.path / "checkpoints").glob("*-*"):
            match = re.fullmatch(r"(step|recovery)-(\d+)", path.name)
            if match and (path / "state.json").is_file():
                found.append((int(match[2]), match[1] == "step", path))
        return [path for _, _, path in sorted(found, reverse=True)]

    def clean_checkpoints(self, keep):
        """Deletes what crashes have left half done, and all but the newest recovery checkpoints."""
        if not self.writes:
            return
        shutil.rmtree(self.path / "checkpoints" / ".work", ignore_errors=True)
        for path in [path for path in self.checkpoints() if path.name.startswith("recovery-")][keep:]:
            shutil.rmtree(path)


def process_start():
    """Field 22 of /proc/self/stat: with it a process number that was given out again is told from this one."""
    try:
        return int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    except (OSError, IndexError, ValueError):
        return 0


# --- Training --------------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Progress:
    """What a checkpoint has to know beside the tensors."""

    trained_tokens: int = 0
    eval_loss: float | None = None
    evaluation_pending: bool = False
    best_loss: float | None = None
    best_step: int = 0
    evaluations_since_best: int = 0


class Stop:
    """SIGTERM, SIGINT or the cancel file: looked at behind every step."""

    def __init__(self, folder):
        self.folder = folder
        self.signalled = False

    def install(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle)

    def handle(self, number, frame):
        self.signalled = True

    def asked(self):
        return self.signalled or self.folder.cancelled


def add_blank_rows(dataset, count, token):
    import datasets

    blank = datasets.Dataset.from_dict({"input_ids": [[token]] * count, "labels": [[-100]] * count})
    return datasets.concatenate_datasets([dataset, blank.cast(dataset.features)]) if count > 0 else dataset


def make_trainer(settings, plan, model, tokenizer, training, validation, folder, stop, seed, digest, work):
    """An SFTTrainer with the plan's arguments, attune-engine's order of rows, schedule and moments, and Attune's run folder."""
    import torch
    from transformers import TrainerCallback
    from transformers.trainer_callback import PrinterCallback
    from trl import SFTConfig, SFTTrainer

    fields = {field.name for field in dataclasses.fields(SFTConfig)}
    for name in settings.meta("trainer") or {}:
        if name not in fields:
            raise invalid(f"metadata.trainer.{name} is no field of trl.SFTConfig")
    arguments = SFTConfig(**plan["trainer"], output_dir=str(work),
                          dataset_kwargs=None if plan["trainer"]["packing"] else {"skip_prepare_dataset": True})

    # Where processes share a batch, accelerate fills the last one up with rows that were learnt already. Blank ones teach nothing twice.
    n_blank = 0
    if arguments.world_size > 1:
        if not arguments.packing:
            n_blank = -len(training) % (arguments.per_device_train_batch_size * arguments.world_size)
            training = add_blank_rows(training, n_blank, tokenizer.pad_token_id)
        if validation is not None:
            missing = -len(validation) % (arguments.per_device_eval_batch_size * arguments.world_size)
            validation = add_blank_rows(validation, missing, tokenizer.pad_token_id)

    class Order(torch.utils.data.Sampler):
        def __init__(self, trainer):
            self.trainer = trainer

        def __len__(self):
            return len(self.trainer.train_dataset)

        def __iter__(self):
            order = permute(len(self) - n_blank, seed, self.trainer.state.global_step // self.trainer.steps_per_epoch)
            return iter(order + list(range(len(order), len(self))))

    class Trainer(SFTTrainer):
        progress = Progress()
        steps_per_epoch = 1
        correct = labels = 0.0
        process_tokens = 0      # that this process has trained, whatever was done before a resume
        stopped = False

        def _get_train_sampler(self, train_dataset=None):
            return Order(self)

        def get_decay_parameter_names(self, model):
            # As attune-engine does, and as “weight decay” says: norms are not left out.
            return [name for name, _ in model.named_parameters()]

        def create_scheduler(self, num_training_steps, optimizer=None):
            schedule = Schedule(**plan["run"]["schedule"], total=num_training_steps)
            if self.lr_scheduler is None:
                self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer or self.optimizer, schedule.share)
                self._created_lr_scheduler = True
            return self.lr_scheduler

        def create_model_card(self, *args, **kwargs):
            pass  # it would name who trained with what

        def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
            mode = "train" if self.model.training else "eval"
            labels = (inputs["labels"][:, 1:] != -100).sum().item()
            result = super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
            if mode == "train":
                self.correct += self._metrics[mode]["mean_token_accuracy"][-1] * labels
                self.labels += labels
            return result

        def evaluate(self, eval_dataset=None, ignore_keys=None, metric_key_prefix="eval"):
            """One mean over all learnt tokens. Trainer's own would weigh a short batch like a long one."""
            was_training = self.model.training
            self.model.eval()
            total = torch.zeros(2, dtype=torch.float64)
            self.progress.evaluation_pending = True
            for inputs in self.get_eval_dataloader():
                if self.agree(stop.asked()):
                    self.stopped = True
                    break
                inputs = self._prepare_inputs(inputs)
                with torch.no_grad(), self.compute_loss_context_manager():
                    loss = self.compute_loss(self.model, inputs).item()
                count = (inputs["labels"][:, 1:] != -100).sum().item()
                total += torch.tensor([loss * count, count], dtype=torch.float64)
            self._metrics["eval"].clear()
            self.model.train(was_training)
            if self.stopped:
                return {}
            total = self.accelerator.reduce(total.to(self.args.device, torch.float32), "sum")
            loss = (total[0] / total[1]).item()
            self.progress.evaluation_pending = False
            self.progress.eval_loss = loss
            metrics = {"eval_loss": loss}
            self.log(metrics)
            self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
            return metrics

        def agree(self, flag):
            """What any process wants, all do."""
            if self.accelerator.num_processes == 1:
                return flag
            return bool(self.accelerator.reduce(torch.tensor(float(flag), device=self.args.device), "sum").item())

        def _save_checkpoint(self, model, trial):
            begin = time.monotonic()
            step = self.state.global_step
            shutil.rmtree(work, ignore_errors=True)
            super()._save_checkpoint(model, trial)
            self.accelerator.wait_for_everyone()
            if folder.writes:
                due = is_due(step, self.state.max_steps, plan["run"]["checkpoints"])
                self.keep_checkpoint(work / f"checkpoint-{step}", f"{'step' if due else 'recovery'}-{step}")
                if due:
                    folder.say_once("info", f"Checkpoint at step {step} saved")
                folder.clean_checkpoints(2)
            self.accelerator.wait_for_everyone()
            watch.saved_at, watch.saved_for, watch.saved_step = time.monotonic(), time.monotonic() - begin, step

        def keep_checkpoint(self, made, name):
            state = {"version": 1, "jobId": plan["run"]["job"], "step": self.state.global_step, "totalSteps": self.state.max_steps,
                     "trainedTokens": self.progress.trained_tokens, "evaluationPending": self.progress.evaluation_pending,
                     "evalLoss": to_number(self.progress.eval_loss), "seed": seed, "digest": digest, "time": now(),
                     "bestLoss": self.progress.best_loss, "bestStep": self.progress.best_step,
                     "evaluationsSinceBest": self.progress.evaluations_since_best}
            with contextlib.suppress(FileNotFoundError):
                os.remove(made / "training_args.bin")
            replace_file(made / "state.json", to_json(state) + "\n")
            place = folder.path / "checkpoints" / name
            shutil.rmtree(place, ignore_errors=True)
            os.rename(made, place)
            self.push_checkpoint(name)

        def push_checkpoint(self, name):
            """For machines that are thrown away with their disk. A checkpoint against crashes is not worth every minute's upload, and a
            Hub that cannot be reached is no reason to lose the run here."""
            wanted = plan["hub"] and plan["hub"]["checkpoints"]
            if not wanted or name.startswith("recovery-") and not self.stopped and time.monotonic() - watch.pushed_at < watch.push_interval:
                return
            begin = time.monotonic()
            try:
                push(plan["hub"], folder.path / "checkpoints", "checkpoints", f"Checkpoint at step {self.state.global_step}", [f"{name}/*"],
                     ["recovery-*/*"])
            except Exception as error:
                folder.add_event("warning", f"The checkpoint of step {self.state.global_step} could not be pushed: {convert_error(error)}")
            watch.pushed_at = time.monotonic()
            watch.push_interval = max(PUSH_INTERVAL, (watch.pushed_at - begin) * RECOVERY_SHARE)

        def save_result(self, place, name):
            """The weights as people use them, under @place/@name, whole or not at all."""
            temporary = place / (name + ".unfinished")
            shutil.rmtree(temporary, ignore_errors=True)
            self.save_model(str(temporary))
            self.accelerator.wait_for_everyone()
            if folder.writes:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(temporary / "training_args.bin")
                shutil.rmtree(place / name, ignore_errors=True)
                os.rename(temporary, place / name)
            self.accelerator.wait_for_everyone()

    class Watch(TrainerCallback):
        """Says what happens, and decides behind each step what is due."""

        def __init__(self):
            self.saved_at = self.step_at = self.begin_at = time.monotonic()
            self.saved_for, self.saved_step, self.begin_step = 0.0, 0, 0
            self.pushed_at, self.push_interval = self.begin_at, PUSH_INTERVAL

        def on_train_begin(self, args, state, control, **kwargs):
            self.begin_at = self.saved_at = self.step_at = time.monotonic()
            self.begin_step = self.saved_step = state.global_step
            if trainer.progress.evaluation_pending:
                trainer.evaluate()
                control.should_training_stop = trainer.stopped or control.should_training_stop
            self.step_at = time.monotonic()

        def on_step_end(self, args, state, control, **kwargs):
            step, total = state.global_step, state.max_steps
            progress = trainer.progress
            tokens = trainer._total_train_tokens - trainer.process_tokens
            trainer.process_tokens += tokens
            progress.trained_tokens += int(tokens)
            progress.eval_loss = None
            self.step_tokens = int(tokens)
            self.step_time = time.monotonic() - self.step_at

            trainer.stopped = trainer.agree(stop.asked()) and step < total
            control.should_evaluate = validation is not None and is_due(step, total, plan["run"]["evaluations"])
            progress.evaluation_pending = control.should_evaluate
            control.should_save = (is_due(step, total, plan["run"]["checkpoints"]) or trainer.stopped and not folder.look_for_cancel() or
                                   step < total and trainer.agree(self.recovery_is_due()))
            if trainer.stopped:
                control.should_training_stop = True
                if not is_due(step, total, plan["run"]["evaluations"]) or validation is None:
                    progress.evaluation_pending = False
                control.should_evaluate = False
            remaining = (time.monotonic() - self.begin_at) / (step - self.begin_step) * (total - step)
            folder.set_progress(step=step, totalSteps=total, epoch=step / trainer.steps_per_epoch, trainedTokens=progress.trained_tokens,
                                timeRemaining=remaining)

        def recovery_is_due(self):
            return time.monotonic() - self.saved_at >= max(RECOVERY_INTERVAL, self.saved_for * RECOVERY_SHARE)

        def on_log(self, args, state, control, logs=None, **kwargs):
            del state.log_history[:-10]  # it would be written with every checkpoint
            epoch = state.global_step / trainer.steps_per_epoch
            if "eval_loss" in logs:
                folder.add_metrics(state.global_step, epoch, evalLoss=logs["eval_loss"])
                folder.say_once("info", f"Evaluation at step {state.global_step}: loss {logs['eval_loss']:.4f}")
            elif "loss" in logs:
                norm = float(logs["grad_norm"]) if logs.get("grad_norm") is not None else None
                folder.add_metrics(state.global_step, epoch, loss=logs["loss"], learningRate=logs["learning_rate"],
                                   gradNorm=norm if math.isfinite(logs["loss"]) else None, tokenAccuracy=trainer.correct / max(1, trainer.labels),
                                   tokens=trainer.progress.trained_tokens, tokensPerSecond=self.step_tokens / max(1e-9, self.step_time))
                trainer.correct = trainer.labels = 0.0
                # A gradient that is too large for fp16 is skipped by its scaler, which then scales less.
                broken = "loss" if not math.isfinite(logs["loss"]) else "gradient" if norm is not None and not math.isfinite(norm) and not args.fp16 else None
                if broken:
                    self.fail(state.global_step, broken)

        def fail(self, step, what):
            kept = f"The checkpoint of step {self.saved_step} is kept." if self.saved_step else "There is no checkpoint yet."
            raise Problem(f"Step {step}: the {what} is not a number any more. Lower optimizer.learningRate (now "
                          f"{settings['optimizer.learningRate']:g}), or clip gradients with optimizer.maxGradientNorm (now "
                          f"{settings['optimizer.maxGradientNorm']:g}), and check that the model's weights are sound. {kept}")

        def on_step_begin(self, args, state, control, **kwargs):
            self.step_at = time.monotonic()

        def on_evaluate(self, args, state, control, metrics=None, **kwargs):
            progress, patience = trainer.progress, plan["run"]["patience"]
            if patience is None:
                return
            if progress.best_loss is None or metrics["eval_loss"] < progress.best_loss - plan["run"]["threshold"]:
                progress.best_loss, progress.best_step, progress.evaluations_since_best = metrics["eval_loss"], state.global_step, 0
                trainer.save_result(folder.path, "best")
                return
            progress.evaluations_since_best += 1
            if progress.evaluations_since_best >= patience and state.global_step < state.max_steps:
                control.should_training_stop = True
                folder.add_event("info", f"Stopped early at step {state.global_step}: the evaluation loss has not fallen below "
                                 f"{progress.best_loss:.4f}, that of step {progress.best_step}, in {progress.evaluations_since_best} evaluations")

    watch = Watch()
    trainer = Trainer(model=model, args=arguments, train_dataset=training, eval_dataset=validation, processing_class=tokenizer, callbacks=[watch])
    trainer.remove_callback(PrinterCallback)
    for parameter in trainer.model.parameters():
        if parameter.requires_grad:
            # TRL rounds the adapter of a quantised model to bf16, in which the steps of a low learning rate are lost.
            parameter.data = parameter.data.to(torch.float32)
    per_step = arguments.per_device_train_batch_size * arguments.world_size
    micro = -(-len(trainer.train_dataset) // per_step)
    trainer.steps_per_epoch = -(-micro // arguments.gradient_accumulation_steps)
    return trainer


def revision_of(plan, source):
    """Of a model at the Hub; a folder has none."""
    return {} if Path(source).is_dir() else {"revision": plan["model"]["revision"]}


def load_model(plan, source, settings, seed):
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    arguments = dict(plan["model"], dtype=getattr(torch, plan["model"]["dtype"]))
    use_cache = arguments.pop("use_cache")
    if plan["quantization"] is not None:
        values = {name: getattr(torch, value) if name.endswith("_dtype") else value for name, value in plan["quantization"].items()}
        arguments["quantization_config"] = BitsAndBytesConfig(**values)
        arguments["device_map"] = {"": "cpu" if plan["trainer"]["use_cpu"] else int(os.environ.get("LOCAL_RANK", "0"))}
    arguments.pop("revision")
    model = AutoModelForCausalLM.from_pretrained(source, **arguments, **revision_of(plan, source))
    model.config.use_cache = use_cache
    if plan["lora"] is None:
        return model

    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training

    fields = {field.name for field in dataclasses.fields(LoraConfig)}
    for name in settings.meta("peft") or {}:
        if name not in fields:
            raise invalid(f"metadata.peft.{name} is no field of peft.LoraConfig")
    if plan["quantization"] is not None:
        model = prepare_model_for_kbit_training(model, plan["trainer"]["gradient_checkpointing"], plan["trainer"]["gradient_checkpointing_kwargs"])
    # all-linear under its names, as attune-engine writes them, where the model has them.
    lora = dict(plan["lora"])
    if lora["target_modules"] == "all-linear":
        names = {name.rsplit(".", 1)[-1] for name, _ in model.named_modules()}
        if set(MODULES) <= names:
            lora["target_modules"] = list(MODULES)
    try:
        model = get_peft_model(model, LoraConfig(**lora))
    except ValueError as error:
        raise invalid(f"method.loraConfig.trainableModules: {error}") from None
    if lora["init_lora_weights"] is True:
        begin_adapter(model, seed)
    return model


def load_tokenizer(source, plan):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False, **revision_of(plan, source))
    if tokenizer.pad_token is None:
        # Padding is never learnt nor attended to: any token will do.
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)
    return tokenizer


def push(hub, path, inside, message, only=None, delete=None):
    """What is in a folder, to a repository of the person's own; it is made where it is not there."""
    from huggingface_hub import HfApi

    for attempt in range(1, PUSH_TRIES + 1):
        try:
            api = HfApi()
            repo = api.create_repo(hub["repo"], private=hub["private"], repo_type="model", exist_ok=True).repo_id
            api.upload_folder(repo_id=repo, repo_type="model", folder_path=str(path), path_in_repo=inside, commit_message=message,
                              allow_patterns=only, delete_patterns=delete)
            return repo
        except Exception as error:
            # What the Hub refuses, it will refuse again.
            if attempt == PUSH_TRIES or convert_error(error).code not in ("no-network", "server-fault", "rate-limited"):
                raise
            time.sleep(10 * attempt)


def fetch_checkpoint(hub, folder, job):
    """Brings the newest checkpoint of this job that an earlier machine has pushed."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError

    api = HfApi()
    try:
        local = Path(api.snapshot_download(hub["repo"], allow_patterns=["checkpoints/*/state.json"]))
    except RepositoryNotFoundError:
        return
    found = []
    for path in local.glob("checkpoints/*/state.json"):
        state = read_json(path) or {}
        # The repository may hold those of another job, whose result this one's replaces.
        if re.fullmatch(r"(step|recovery)-\d+", path.parent.name) and job is not None and state.get("jobId") == job:
            found.append((state["step"], path.parent.name.startswith("step"), path.parent.name))
    if found:
        name = max(found)[2]
        local = Path(api.snapshot_download(hub["repo"], allow_patterns=[f"checkpoints/{name}/*"]))
        place = folder.path / "checkpoints"
        shutil.copytree(local / "checkpoints" / name, place / f".fetched-{name}", dirs_exist_ok=True)
        os.rename(place / f".fetched-{name}", place / name)


def find_checkpoint(folder, total_steps, seed, digest):
    """(folder, state) of the newest checkpoint that can be read, or (None, {})."""
    seen = None
    for path in folder.checkpoints():
        state = read_json(path / "state.json")
        if state is None or not (path / "trainer_state.json").is_file() or not (path / "optimizer.pt").is_file():
            seen = path
            folder.add_event("warning", f"A checkpoint cannot be read and is passed over: {path}")
            continue
        if (state.get("totalSteps"), state.get("seed"), state.get("digest")) != (total_steps, seed, digest):
            raise Problem(f"The training data or the settings have changed since the checkpoint of step {state.get('step')}. "
                          "Bring them back to what they were, or start a new job.", "conflict")
        return path, state
    if seen is not None:
        raise Problem(f"No checkpoint in {folder.path / 'checkpoints'} can be read. Delete that folder to begin anew.", "damaged")
    return None, {}


class Run:
    """One process's work on one run."""

    def __init__(self, config_path, folder_path):
        self.config_path = config_path
        self.base = config_path.parent
        self.config = read_config(config_path)
        self.folder_path = folder_path or self.base
        self.settings = Settings(self.config["configuration"])
        set_secrets(self.settings)
        paths = self.config.get("paths") or {}
        self.source = self.find_model(paths.get("model") or self.settings["model.baseModel"])
        self.training = self.find_file(paths.get("training"), "paths.training")
        self.validation = self.find_file(paths["validation"], "paths.validation") if paths.get("validation") else None
        self.seed = self.pick("seed", DEFAULT_SEED)
        self.threads = self.pick("threads", 0)

    def pick(self, name, default):
        value = self.config.get(name)
        if value is None:
            value = self.settings.meta(name)
        if value is None:
            return default
        return check_value(name, value, *METADATA[name][:3])

    def find_model(self, name):
        if not name:
            raise invalid("model.baseModel is not set. Choose a model.")
        place = self.base / name
        if place.is_dir():
            return str(place)
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name) and not name.startswith("."):
            return name
        raise Problem(f"The model {place} is not there. Correct paths.model.", "not-found", 2)

    def find_file(self, name, path):
        if not name:
            raise invalid(f"{path} is missing in {self.config_path}. Add it.")
        if not (self.base / name).is_file():
            raise Problem(f"The file {self.base / name} is not there. Correct {path}.", "not-found", 2)
        return self.base / name

    def set_environment(self):
        """Before anything is imported that reads it."""
        os.environ.update(QUIET)
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # two pools of threads that spin make a step four times as long
        if "RANK" not in os.environ and self.settings["hardware.numGPUs"] == 1:
            os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")  # Trainer takes every GPU that it sees
        if Path(self.source).is_dir() and not self.settings["integrations.huggingface.outputRepoName"]:
            # Nothing of this run is at the Hub: nothing is to be asked there.
            os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"

    def translate(self):
        self.plan = translate(self.settings, Machine.look(), self.seed, self.validation is not None)
        self.plan["run"]["job"] = self.config.get("jobId")
        for name, value in self.plan["environment"].items():
            if not (name == "WANDB_MODE" and self.settings["integrations.wandb.project"]):
                os.environ[name] = value
        return self.plan

    def work(self, folder, stop):
        import torch
        from transformers import AutoConfig
        from transformers.utils import logging

        logging.set_verbosity_error()
        if self.threads:
            torch.set_num_threads(self.threads)
        plan, settings = self.plan, self.settings
        for text in plan["warnings"]:
            folder.say_once("warning", text)
        for text in plan["notes"]:
            folder.say_once("info", text)
        name = Path(self.source).name
        folder.set_progress(model=f"{name}-{plan['run']['suffix']}" if plan["run"]["suffix"] else name)

        config = AutoConfig.from_pretrained(self.source, trust_remote_code=False, **revision_of(plan, self.source))
        length = plan["trainer"]["max_length"]
        positions = getattr(config.get_text_config(), "max_position_embeddings", None)
        if positions and length > positions:
            folder.say_once("info", f"schedule.sequenceLength is {length}, but the model can take {positions} tokens: {positions} is used")
            plan["trainer"]["max_length"] = length = positions
        tokenizer = load_tokenizer(self.source, plan)
        renderer = Renderer(tokenizer, self.source)
        vocabulary = config.get_text_config().vocab_size

        def read(path):
            return Examples(path, renderer, length, plan["run"]["learnInputs"], vocabulary, folder.say_once, stop.asked)

        training = read(self.training)
        validation = read(self.validation).dataset() if plan["run"]["evaluations"] > 0 else None
        folder.say_once("info", f"{len(training.rows)} rows with {training.tokens} tokens, of which {training.labels} are learnt")
        if stop.asked():
            raise Stopped

        torch.manual_seed(self.seed)
        model = load_model(plan, self.source, settings, self.seed)
        if stop.asked():
            raise Stopped
        digest = training.digest()
        work = folder.path / "checkpoints" / ".work"
        work.parent.mkdir(parents=True, exist_ok=True)
        trainer = make_trainer(settings, plan, model, tokenizer, training.dataset(), validation, folder, stop, self.seed, digest, work)
        self.train(trainer, folder, stop, digest, getattr(config, "dtype", None))

    def train(self, trainer, folder, stop, digest, stored):
        import torch

        settings, plan = self.settings, self.plan
        total = trainer.steps_per_epoch * settings["schedule.epochs"]
        folder.clean_checkpoints(2)
        if plan["hub"] and plan["hub"]["checkpoints"] and folder.writes and not folder.checkpoints():
            fetch_checkpoint(plan["hub"], folder, plan["run"]["job"])
        trainer.accelerator.wait_for_everyone()
        checkpoint, state = find_checkpoint(folder, total, self.seed, digest)
        trainer.progress = Progress(state.get("trainedTokens", 0), state.get("evalLoss"), state.get("evaluationPending", False),
                                    state.get("bestLoss"), state.get("bestStep", 0), state.get("evaluationsSinceBest", 0))
        step = state.get("step", 0)
        folder.cut_back(step, trainer.progress.evaluation_pending)
        if checkpoint is not None:
            folder.add_event("info", f"Going on from step {step}")
        method, shared = settings["method.type"], f" on {trainer.args.world_size} GPUs" if trainer.args.world_size > 1 else ""
        folder.say_once("info", f"{total} steps in {settings['schedule.epochs']} epochs, {method} in {plan['precision']}{shared}")
        folder.set_progress(step=step, totalSteps=total, epoch=step / trainer.steps_per_epoch, trainedTokens=trainer.progress.trained_tokens)
        folder.set_state("running")

        if step < total:
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        else:
            trainer._load_from_checkpoint(str(checkpoint))
        if trainer.stopped:
            raise Stopped
        best = folder.path / "best"
        if plan["run"]["patience"] is not None and trainer.progress.best_step != trainer.state.global_step and best.is_dir():
            folder.add_event("info", f"The result is that of step {trainer.progress.best_step}, whose evaluation loss was the lowest")
            if folder.writes:
                shutil.rmtree(folder.path / "output", ignore_errors=True)
                os.rename(best, folder.path / "output")
        else:
            if plan["run"]["patience"] is not None and trainer.progress.best_step != trainer.state.global_step:
                folder.add_event("warning", f"The weights of step {trainer.progress.best_step}, whose evaluation loss was the lowest, are not here: "
                                 f"the result is that of step {trainer.state.global_step}")
            if plan["lora"] is None and stored is torch.bfloat16:
                trainer.model.to(torch.bfloat16)  # as the base model is stored
            trainer.save_result(folder.path, "output")
        if folder.writes:
            shutil.rmtree(best, ignore_errors=True)
            folder.clean_checkpoints(0)
            if plan["hub"]:
                repo = push(plan["hub"], folder.path / "output", "", f"{folder.status['model']}, trained with Attune", delete=["checkpoints/recovery-*/*"])
                folder.add_event("info", f"The result was pushed to {repo}")


def read_config(path):
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}", "not-found", 2) from None
    except ValueError as error:
        raise invalid(f"{path} is not valid JSON: {error}") from None
    if not isinstance(config, dict) or not isinstance(config.get("configuration"), dict):
        raise invalid(f"{path}: “configuration” is missing")
    if not isinstance(config.get("version", CONFIG_VERSION), int) or config.get("version", CONFIG_VERSION) > CONFIG_VERSION:
        raise invalid(f"{path}: “version” is {config['version']}, but this runner reads up to {CONFIG_VERSION}. Update Attune.")
    return config


def convert_error(error):
    """The one meaning that a person can act on."""
    if isinstance(error, Problem):
        return error
    text = f"{type(error).__name__}: {error}".strip()
    names = {cls.__name__ for cls in type(error).__mro__}
    status = getattr(getattr(error, "response", None), "status_code", None)
    if "OutOfMemoryError" in names or isinstance(error, MemoryError):
        return Problem("There is not enough memory. Lower schedule.batchSize or schedule.sequenceLength, turn on gradient_checkpointing "
                       f"(optimizations.enabled), or choose hardware with more. ({text})", "no-memory")
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Problem(f"The disk is full. Free some space, or lower schedule.checkpoints. ({text})", "no-space")
    if "GatedRepoError" in names:
        return Problem(f"The model asks for its terms to be accepted at the Hub first. ({text})", "not-allowed")
    codes = {401: "auth-invalid", 402: "payment-needed", 403: "not-allowed", 404: "not-found", 429: "rate-limited"}
    if status in codes or "RepositoryNotFoundError" in names:
        return Problem(f"The Hub refused: {text}", codes.get(status, "not-found"))
    if status is not None and status >= 500:
        return Problem(f"The Hub is out of order: {text}", "server-fault")
    if names & {"ConnectError", "ConnectionError", "OfflineModeIsEnabled", "LocalEntryNotFoundError", "ConnectTimeout"}:
        return Problem(f"The Hub cannot be reached: {text}", "no-network")
    return Problem(text)


def run_here(run):
    """One process's share of the run. Its exit status."""
    rank = int(os.environ.get("RANK", "0"))
    run.folder_path.mkdir(parents=True, exist_ok=True)
    folder = RunFolder(run.folder_path, writes=rank == 0)
    if folder.done:
        return 0
    stop = Stop(folder)
    stop.install()
    # Versions are pinned: what will change in later ones is of no use to whoever reads the log.
    warnings.filterwarnings("ignore", category=FutureWarning)
    try:
        run.set_environment()
        run.translate()
        run.work(folder, stop)
    except Stopped:
        state = "cancelled" if folder.look_for_cancel() else "paused"
        folder.add_event("info", f"{state.capitalize()} at step {folder.status['step']}")
        folder.finish(state)
        return 0
    except Exception as error:
        problem = convert_error(error)
        if not isinstance(error, Problem):
            import traceback

            traceback.print_exc()
        folder.add_event("error", str(problem))
        folder.finish("failed", problem=problem)
        return problem.status
    folder.add_event("info", f"Finished: the result lies in {folder.path / 'output'}")
    folder.finish("succeeded", output=str(folder.path / "output"))
    return 0


def run_processes(count, arguments, folder):
    """One process for each GPU. A signal is handed on to all, and all end behind the same step."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    children = []
    for rank in range(count):
        environment = dict(os.environ, RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(count), LOCAL_WORLD_SIZE=str(count),
                           MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
        children.append(subprocess.Popen([sys.executable, __file__, *arguments], env=environment))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, frame: [child.send_signal(signal.SIGTERM) for child in children if child.poll() is None])
    failed_at = None
    while any(child.poll() is None for child in children):
        # One that has failed leaves the others waiting for it for ever; those that fail of the same may say so first.
        if failed_at is None and any(child.poll() not in (None, 0) for child in children):
            failed_at = time.monotonic()
        if failed_at is not None and time.monotonic() - failed_at > FAREWELL:
            for child in children:
                child.kill()
        time.sleep(0.1)
    codes = [child.wait() for child in children]
    if any(codes):
        tell_failure(folder, codes)
    return next((code for code in codes if code > 0), int(any(codes)))


def tell_failure(folder, codes):
    """The first process writes the run folder. Where another one has failed, it was ended and could not say so."""
    status = read_json(folder / "status.json") or {"version": 1}
    if status.get("state") != "failed":
        number = next(number for number, code in enumerate(codes) if code)
        status.update(state="failed", updatedAt=now(), timeRemaining=None,
                      error={"code": "failed", "message": f"The process of GPU {number} has ended with {codes[number]}. What it said last is in the log."})
        RunFolder.print(to_json(status))
        replace_file(folder / "status.json", to_json(status) + "\n")


def fetch_repository(name, revision, place):
    os.environ.update(QUIET)
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(name, repo_type="dataset", revision=revision, local_dir=place))


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="attune-runner", description="Fine-tunes a model as a config.json of Attune says.")
    parser.add_argument("--config", required=True, type=Path, metavar="PATH", help="config.json; paths in it are relative to it")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="the run folder (default: where the config is)")
    parser.add_argument("--repo", metavar="NAMESPACE/NAME", help="a data set repository at the Hub to take the config from")
    parser.add_argument("--revision", metavar="REVISION", help="of that repository")
    parser.add_argument("--check", action="store_true", help="print what would be handed to TRL, PEFT and transformers, and train nothing")
    options = parser.parse_args(arguments)

    try:
        if options.repo:
            if not options.folder:
                raise invalid("--repo needs --folder, the place for the run")
            options.config = fetch_repository(options.repo, options.revision, options.folder / "repository") / options.config
            arguments = ["--config", str(options.config), "--folder", str(options.folder)]
        run = Run(options.config.absolute(), options.folder.absolute() if options.folder else None)
        if options.check:
            run.set_environment()
            print(json.dumps(run.translate(), indent=2, ensure_ascii=False))
            return 0
    except Exception as error:
        problem = convert_error(error)
        print(f"attune-runner: {problem}", file=sys.stderr)
        RunFolder.print(to_json({"version": 1, "state": "failed", "error": {"code": problem.code, "message": str(problem)}}))
        return problem.status

    gpus = run.settings["hardware.numGPUs"]
    if gpus > 1 and "RANK" not in os.environ:
        return run_processes(gpus, arguments, run.folder_path)
    try:
        return run_here(run)
    except Problem as problem:
        print(f"attune-runner: {problem}", file=sys.stderr)
        return problem.status


if __name__ == "__main__":
    sys.exit(main())
