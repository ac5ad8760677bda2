# Copyright 2026 The Attune developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of each setting to TRL, PEFT and transformers. Needs none of them."""

import copy
import json
import subprocess

import tap

runner = tap.load_runner()
GPU = runner.Machine(4, ("NVIDIA A100-SXM4-80GB",) * 4, True, ("bitsandbytes", "liger_kernel", "flash_attn", "wandb"))
T4 = runner.Machine(1, ("Tesla T4",), False, ("bitsandbytes", "liger_kernel", "wandb"))
CPU = runner.Machine()
SECRETS = {"HF_TOKEN": "hf_secret", "WANDB_API_KEY": "wandb_secret"}

BASE = {
    "version": 1,
    "model": {"baseModel": "org/model", "precision": "bf16"},
    "datasets": {"trainingFileId": "training"},
    "method": {"type": "lora"},
}
WANDB = {"integrations.wandb.project": "p"}
HUB = {"integrations.huggingface.outputRepoName": "org/out"}
COSINE = {"optimizer.scheduler.type": "cosine"}

# path: another value, and what has to be there for it to count
CHANGES = {
    "model.baseModel": ("org/other", {}),
    "model.precision": ("fp16", {}),
    "datasets.trainingFileId": ("other", {}),
    "datasets.validationFileId": ("some", {}),
    "method.type": ("full", {}),
    "method.loraConfig.rank": (16, {}),
    "method.loraConfig.alpha": (64, {}),
    "method.loraConfig.dropout": (0.1, {}),
    "method.loraConfig.trainableModules": ("q_proj, v_proj", {}),
    "schedule.epochs": (7, {}),
    "schedule.batchSize": (8, {}),
    "schedule.sequenceLength": (1024, {}),
    "schedule.gradientAccumulation": (3, {}),
    "schedule.checkpoints": (4, {}),
    "schedule.evaluations": (5, {}),
    "schedule.trainOnInputs": ("enabled", {}),
    "optimizer.learningRate": (3e-4, {}),
    "optimizer.scheduler.type": ("polynomial", {}),
    "optimizer.scheduler.minLRRatio": (0.2, COSINE),
    "optimizer.scheduler.warmupRatio": (0.1, COSINE),
    "optimizer.scheduler.cycles": (1.5, COSINE),
    "optimizer.weightDecay": (0.1, {}),
    "optimizer.maxGradientNorm": (0.5, {}),
    "hardware.gpuType": ("H100", {}),
    "hardware.numGPUs": (2, {}),
    "integrations.wandb.project": ("p", {}),
    "integrations.wandb.runName": ("r", WANDB),
    "integrations.wandb.baseUrl": ("https://wandb.example", WANDB),
    "integrations.huggingface.outputRepoName": ("org/out", {}),
    "output.suffix": ("v1", {}),
}


def configure(values, base=BASE):
    configuration = copy.deepcopy(base)
    for path, value in values.items():
        at = configuration
        *groups, name = path.split(".")
        for group in groups:
            at = at.setdefault(group, {})
        at[name] = value
    return configuration


def plan(values=None, machine=GPU, has_validation=True, environment=SECRETS):
    return runner.translate(runner.Settings(configure(values or {})), machine, 42, has_validation, environment)


def trainer(values=None, machine=GPU):
    return plan(values, machine)["trainer"]


def refuse(values, *words, machine=GPU, **arguments):
    return tap.expect(runner.Problem, lambda: plan(values, machine, **arguments), *words)


def test_schema():
    """The runner's table is the one of Attune."""
    schema = json.loads(subprocess.run([tap.program("ATTUNECTL"), "schema"], check=True, capture_output=True).stdout)
    found = {}

    def walk(node, prefix):
        for name, member in node["properties"].items():
            if "properties" in member and prefix + name != "metadata":
                walk(member, prefix + name + ".")
            else:
                found[prefix + name] = member

    walk(schema, "")
    found.pop("version")
    found.pop("metadata", None)
    assert set(found) == set(runner.PARAMETERS), set(found) ^ set(runner.PARAMETERS)
    for path, (kind, smallest, largest, default, words, _) in runner.PARAMETERS.items():
        member = found[path]
        types = member["type"] if isinstance(member["type"], list) else [member["type"]]
        expected = {"integer": "integer", "double": "number", "set": "array"}.get(kind, "string")
        assert expected in types, (path, types)
        assert member.get("minimum") == smallest and member.get("maximum") == largest, path
        written = list(default) if isinstance(default, tuple) else default
        assert member.get("default", [] if kind == "set" else None) == written, (path, member.get("default"), default)
        enum = member.get("items", member).get("enum")
        assert (tuple(word for word in enum if word is not None) if enum else None) == words, path


def test_every_path_arrives():
    """What is set changes what is handed on; nothing is without effect."""
    for path in runner.PARAMETERS:
        kind = runner.PARAMETERS[path][0]
        if kind == "secret":
            continue  # test_secrets()
        if kind == "set":
            for feature in runner.PARAMETERS[path][4]:
                assert plan({path: [feature]}) != plan(), feature
            continue
        value, context = CHANGES[path]
        with_value, without = plan({**context, path: value}), plan(context)
        assert with_value != without, path


def test_every_argument_is_written():
    """The arguments that decide something are there by name, whatever their value."""
    arguments = trainer()
    for name in ("num_train_epochs", "max_steps", "per_device_train_batch_size", "per_device_eval_batch_size", "gradient_accumulation_steps",
                 "learning_rate", "lr_scheduler_type", "lr_scheduler_kwargs", "warmup_steps", "optim", "weight_decay", "max_grad_norm", "bf16",
                 "fp16", "gradient_checkpointing", "activation_offloading", "use_liger_kernel", "packing", "max_length", "completion_only_loss",
                 "assistant_only_loss", "save_strategy", "eval_strategy", "report_to", "push_to_hub", "seed", "logging_nan_inf_filter", "loss_type",
                 "trackio_space_id", "use_cpu"):
        assert name in arguments, name
    assert not set(runner.TRAINER_GOVERNED) - set(arguments) - {
        "output_dir", "save_steps", "eval_steps", "hub_private_repo", "resume_from_checkpoint", "trust_remote_code"}


def test_inverse_booleans():
    """Five words mean the opposite of TRL's. The labels carry trainOnInputs, and TRL must not mask a second time."""
    for word, learn in (("auto", False), ("disabled", False), ("enabled", True)):
        result = plan({"schedule.trainOnInputs": word})
        assert result["run"]["learnInputs"] is learn
        assert result["trainer"]["completion_only_loss"] is False and result["trainer"]["assistant_only_loss"] is False
    assert trainer()["gradient_checkpointing"] is False  # on where nobody says so
    assert trainer({"optimizations.enabled": ["gradient_checkpointing"]})["gradient_checkpointing"] is True
    assert trainer()["logging_nan_inf_filter"] is False


def test_methods():
    result = plan({"method.loraConfig.rank": 32, "method.loraConfig.alpha": 8, "method.loraConfig.dropout": 0.05})
    assert (result["lora"]["r"], result["lora"]["lora_alpha"], result["lora"]["lora_dropout"]) == (32, 8, 0.05)
    assert result["lora"]["target_modules"] == "all-linear" and result["quantization"] is None
    assert result["model"]["dtype"] == "bfloat16"
    result = plan({"method.type": "full"})
    assert result["lora"] is None and result["model"]["dtype"] == "float32" and result["trainer"]["bf16"] is True
    result = plan({"method.type": "qlora"})
    assert result["quantization"]["load_in_4bit"] and result["quantization"]["bnb_4bit_quant_type"] == "nf4"
    assert result["quantization"]["bnb_4bit_compute_dtype"] == "bfloat16" and result["bits"] == 4
    assert plan({"method.loraConfig.trainableModules": "v_proj,q_proj,q_proj"})["lora"]["target_modules"] == ["q_proj", "v_proj"]
    refuse({"method.loraConfig.trainableModules": " , "}, "method.loraConfig.trainableModules")
    refuse({"method.loraConfig.trainableModules": "q proj!"}, "method.loraConfig.trainableModules")
    refuse({"method.loraConfig.dropout": 1}, "method.loraConfig.dropout")
    refuse({"method.type": "qlora"}, "method.type", "GPU", machine=CPU)
    refuse({"model.precision": "int8"}, "model.precision", "bitsandbytes", machine=CPU)
    refuse({"method.type": "qlora"}, "method.type", "bitsandbytes", machine=runner.Machine(1, ("A100",), True, ()))
    assert plan({"model.precision": "int8"}, runner.Machine(modules=("bitsandbytes",)))["bits"] == 8


def test_precisions():
    assert (trainer({"model.precision": "fp32"})["bf16"], trainer({"model.precision": "fp32"})["fp16"]) == (False, False)
    assert trainer({"model.precision": "fp16"})["fp16"] is True and trainer({"model.precision": "fp16"})["bf16"] is False
    assert plan({"model.precision": "int8"})["quantization"]["load_in_8bit"] is True
    assert plan({"model.precision": "int4"})["quantization"]["load_in_4bit"] is True
    assert plan({"model.precision": "int8", "method.type": "qlora"})["bits"] == 8
    refuse({"model.precision": "fp8"}, "model.precision", "fp8")
    refuse({"model.precision": "int4", "method.type": "full"}, "model.precision", "int4")
    refuse({"model.precision": "fp16"}, "model.precision", "GPU", machine=CPU)
    refuse({"model.precision": "bf16"}, "model.precision", "Tesla T4", machine=T4)
    for machine, chosen in ((GPU, "bf16"), (T4, "fp16"), (CPU, "fp32")):
        result = plan({"model.precision": None}, machine)
        assert result["precision"] == chosen and any(chosen in note for note in result["notes"])
    assert plan({"model.precision": "bf16"}, CPU)["model"]["dtype"] == "bfloat16"


def test_schedules():
    """The nearest names of transformers, and the runner's own for the rates."""
    def named(kind, floor=0, **more):
        arguments = trainer({"optimizer.learningRate": 1e-3, "optimizer.scheduler.type": kind, "optimizer.scheduler.minLRRatio": floor, **more})
        return arguments["lr_scheduler_type"], arguments["lr_scheduler_kwargs"]

    assert named("cosine") == ("cosine", {"num_cycles": 0.5})
    assert named("cosine", 0.1, **{"optimizer.scheduler.cycles": 1.5}) == ("cosine_with_min_lr", {"min_lr_rate": 0.1, "num_cycles": 1.5})
    assert named("linear") == ("linear", {})
    assert named("linear", 0.1) == ("polynomial", {"lr_end": 1e-4, "power": 1.0})
    assert named("polynomial", 0.1) == ("polynomial", {"lr_end": 1e-4, "power": 2.0})
    assert named("constant") == ("constant", {}) and named("constant_with_warmup") == ("constant_with_warmup", {})
    # A share of the steps is a float below 1; a whole number would be a number of steps.
    assert trainer({"optimizer.scheduler.warmupRatio": 0.1})["warmup_steps"] == 0.1
    assert isinstance(trainer({"optimizer.scheduler.warmupRatio": 0})["warmup_steps"], float)
    assert trainer({"optimizer.scheduler.type": "constant", "optimizer.scheduler.warmupRatio": 0.1})["warmup_steps"] == 0
    result = plan({"optimizer.scheduler.type": "constant", "optimizer.scheduler.warmupRatio": 0.1})
    assert any("optimizer.scheduler.warmupRatio" in text for text in result["warnings"])


def test_optimizations():
    def enabled(*features, machine=GPU):
        return plan({"optimizations.enabled": list(features)}, machine)

    assert enabled()["trainer"]["optim"] == "adamw_torch"
    assert enabled("optimizer_8bit")["trainer"]["optim"] == "adamw_8bit"
    assert enabled("paged_optimizer")["trainer"]["optim"] == "paged_adamw_32bit"
    assert enabled("paged_optimizer", "optimizer_8bit")["trainer"]["optim"] == "paged_adamw_8bit"
    fused = enabled("fused_kernels")["trainer"]
    assert fused["optim"] == "adamw_torch_fused" and fused["use_liger_kernel"] is True
    assert enabled("fused_kernels", machine=CPU)["trainer"]["use_liger_kernel"] is False
    assert enabled("sequence_packing")["trainer"]["packing"] is True and enabled("sequence_packing")["trainer"]["packing_strategy"] == "bfd"
    assert enabled("activation_offloading")["trainer"]["activation_offloading"] is True
    assert enabled("flash_attention")["model"]["attn_implementation"] == "flash_attention_2"
    without = enabled("flash_attention", machine=CPU)
    assert without["model"]["attn_implementation"] == "sdpa" and any("flash_attention" in note for note in without["notes"])
    for feature in ("optimizer_8bit", "paged_optimizer"):
        refuse({"optimizations.enabled": [feature]}, "optimizations.enabled", feature, "bitsandbytes", machine=CPU)
    refuse({"optimizations.enabled": ["activation_offloading"]}, "optimizations.enabled", "activation_offloading", "GPU", machine=CPU)
    refuse({"optimizations.enabled": ["teleport"]}, "optimizations.enabled", "teleport")


def test_hardware():
    assert trainer({"schedule.batchSize": 8, "hardware.numGPUs": 4})["per_device_train_batch_size"] == 2
    refuse({"schedule.batchSize": 6, "hardware.numGPUs": 4}, "schedule.batchSize", "hardware.numGPUs")
    refuse({"hardware.numGPUs": 8, "schedule.batchSize": 8}, "hardware.numGPUs")
    refuse({"hardware.gpuType": "A100"}, "hardware.gpuType", machine=CPU)
    refuse({"hardware.numGPUs": 2}, "hardware.numGPUs", machine=CPU)
    assert any("hardware.gpuType" in text for text in plan({"hardware.gpuType": "H100"})["warnings"])
    assert not plan({"hardware.gpuType": "a100-large"})["warnings"]
    assert trainer(machine=CPU)["use_cpu"] is True and trainer()["use_cpu"] is False


def test_nobody_is_told():
    result = plan(environment={})
    assert result["trainer"]["report_to"] == "none" and result["trainer"]["push_to_hub"] is False and result["hub"] is None
    assert result["environment"]["HF_HUB_DISABLE_TELEMETRY"] == "1" and result["environment"]["WANDB_MODE"] == "disabled"
    assert "WANDB_PROJECT" not in result["environment"]


def test_wandb():
    result = plan({**WANDB, "integrations.wandb.runName": "r", "integrations.wandb.baseUrl": "https://w.example", "metadata": {"wandbEntity": "team"}})
    assert result["trainer"]["report_to"] == ["wandb"] and result["trainer"]["run_name"] == "r"
    environment = result["environment"]
    assert (environment["WANDB_PROJECT"], environment["WANDB_NAME"], environment["WANDB_BASE_URL"], environment["WANDB_ENTITY"]) == (
        "p", "r", "https://w.example", "team")
    assert environment["WANDB_LOG_MODEL"] == "false" and "WANDB_MODE" not in environment
    error = refuse(WANDB, "integrations.wandb.project", "WANDB_API_KEY", environment={})
    assert error.code == "auth-required" and error.status == 2
    refuse(WANDB, "wandb", machine=CPU)


def test_hub():
    assert plan(HUB)["hub"] == {"repo": "org/out", "private": True, "checkpoints": False}
    assert plan({**HUB, "metadata": {"hubPrivate": False, "pushCheckpoints": True}})["hub"] == {"repo": "org/out", "private": False, "checkpoints": True}
    assert refuse(HUB, "HF_TOKEN", environment={}).code == "auth-required"
    refuse({"metadata": {"pushCheckpoints": True}}, "metadata.pushCheckpoints")


def test_secrets():
    """A secret that came with the configuration is in nothing that is printed."""
    values = {**WANDB, **HUB, "integrations.wandb.apiKey": "k3y", "integrations.huggingface.apiToken": "t0ken"}
    assert plan(values, environment={})["hub"]
    text = json.dumps(plan(values, environment={}))
    assert "k3y" not in text and "t0ken" not in text


def test_metadata():
    assert trainer({"metadata": {"trainer": {"neftune_noise_alpha": 5}}})["neftune_noise_alpha"] == 5
    assert plan({"metadata": {"peft": {"use_rslora": True}}})["lora"]["use_rslora"] is True
    assert plan({"metadata": {"modelRevision": "abc"}})["model"]["revision"] == "abc"
    assert plan({"metadata": {"flavor": "a100-large", "timeout": 3600}}) == plan()
    for name, path in runner.TRAINER_GOVERNED.items():
        refuse({"metadata": {"trainer": {name: 1}}}, f"metadata.trainer.{name}", path)
    for name, path in runner.PEFT_GOVERNED.items():
        refuse({"metadata": {"peft": {name: 1}}}, f"metadata.peft.{name}", path)
    refuse({"metadata": {"mood": "good"}}, "metadata.mood")
    refuse({"metadata": {"seed": -1}}, "metadata.seed")
    refuse({"metadata": {"peft": {"use_dora": True}}, "method.type": "full"}, "metadata.peft")


def test_early_stopping():
    stopping = {"metadata": {"earlyStoppingPatience": 2}, "schedule.evaluations": 10}
    assert plan({**stopping, "metadata": {"earlyStoppingPatience": 2, "earlyStoppingThreshold": 0.1}})["run"]["threshold"] == 0.1
    assert plan(stopping)["run"]["patience"] == 2
    refuse({**stopping, "schedule.evaluations": 1}, "metadata.earlyStoppingPatience", "schedule.evaluations")
    refuse(stopping, "metadata.earlyStoppingPatience", has_validation=False)
    refuse({"metadata": {"earlyStoppingThreshold": 0.1}}, "metadata.earlyStoppingThreshold")


def test_values():
    """Everything outside of the schema is refused by its path."""
    for path, value in (("schedule.epochs", 0), ("schedule.epochs", 21), ("schedule.epochs", 1.5), ("schedule.epochs", "3"), ("schedule.epochs", True),
                        ("schedule.sequenceLength", 100), ("optimizer.learningRate", -1), ("optimizer.learningRate", float("nan")),
                        ("method.type", "prefix"), ("model.precision", 16), ("optimizations.enabled", "packing"), ("schedule.speed", 1),
                        ("novelty", 1), ("output.suffix", 1), ("integrations.wandb.token", "x")):
        refuse({path: value}, path)
    assert trainer({"schedule.epochs": 2.0})["num_train_epochs"] == 2.0
    # Unset is not zero: a null is as good as absent.
    assert plan({"optimizer.scheduler.cycles": None, "hardware": None}) == plan()
    assert trainer({"optimizer.maxGradientNorm": 0})["max_grad_norm"] == 0


def test_lines():
    """The lines of attune-metrics.h."""
    nan, infinity = float("nan"), float("inf")
    assert json.loads(runner.metric_line(3, 0.5, 7, {"loss": 1.5, "tokens": 10})) == {"step": 3, "epoch": 0.5, "time": 7, "loss": 1.5, "tokens": 10}
    assert json.loads(runner.metric_line(1, nan, 7, {"loss": nan, "gradNorm": -infinity, "evalLoss": infinity})) == {
        "step": 1, "time": 7, "loss": None, "evalLoss": None, "gradNorm": None,
        "nonfinite": {"loss": "nan", "gradNorm": "-inf", "evalLoss": "inf"}}


if __name__ == "__main__":
    tap.main(__name__)
