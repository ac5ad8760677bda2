# Copyright 2026 The Attune developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs on the processor: their numbers are those of attune-engine and of the recorded steps, and they survive every way to be stopped."""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import tap

runner = tap.load_runner()
REFERENCE = tap.FIXTURES / "reference"
work = tap.workspace()
asked = []  # who else than this computer was to be told something
connect = socket.socket.connect


def watch_connect(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
        asked.append(address)
    return connect(self, address)


socket.socket.connect = watch_connect


def make_run(name, change=None, model=None, rows=10, validation=3, **settings):
    """A run folder. @settings are members of the configuration's groups: schedule={…}."""
    folder = work / name
    folder.mkdir()
    lines = [json.dumps({"messages": [{"role": "user", "content": f"What is {i}+{i}?" + " And why?" * (i % 3)},
                                      {"role": "assistant", "content": f"It is {2 * i}."}]}) for i in range(rows)]
    (folder / "training.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "validation.jsonl").write_text("\n".join(lines[:validation]) + "\n")
    configuration = {
        "version": 1, "model": {"baseModel": "tiny", "precision": "fp32"}, "method": {"type": "lora"},
        "datasets": {"trainingFileId": "training", "validationFileId": "validation"},
        "schedule": {"epochs": 2, "batchSize": 2, "gradientAccumulation": 2, "sequenceLength": 512, "checkpoints": 2, "evaluations": 2},
        "optimizer": {"learningRate": 1e-3, "scheduler": {"type": "cosine", "warmupRatio": 0.2}},
    }
    for group, members in settings.items():
        configuration.setdefault(group, {}).update(members)
    config = {"version": 1, "configuration": configuration, "seed": 42, "threads": 1,
              "paths": {"model": str(model or REFERENCE / "tiny" / "model"), "training": "training.jsonl", "validation": "validation.jsonl"}}
    if change:
        change(config)
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def run(folder, expected=0):
    """Within this process: nothing is imported twice. Returns what it printed."""
    out = io.StringIO()
    with redirect_stdout(out):
        status = runner.main(["--config", str(folder / "config.json")])
    assert status == expected, f"exit status {status}: {out.getvalue()[-2000:]}"
    return out.getvalue()


def start(folder, **environment):
    # The pipe is so small that the program waits for its reader: it cannot be done before somebody has read of its first steps.
    return subprocess.Popen([sys.executable, "-W", "ignore", tap.RUNNER, "--config", folder / "config.json"], stdout=subprocess.PIPE, text=True,
                            pipesize=4096, env={**os.environ, **environment})


def metrics(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def status(folder):
    return json.loads((folder / "status.json").read_text())


def events(folder):
    return [json.loads(line)["message"] for line in (folder / "events.jsonl").read_text().splitlines()]


def timeless(points):
    return [{name: value for name, value in point.items() if name not in ("time", "tokensPerSecond")} for point in points]


def assert_close(found, expected, tolerance=1e-3):
    assert len(found) == len(expected), (len(found), len(expected))
    for a, b in zip(found, expected):
        assert a.keys() == b.keys(), (a, b)
        for name, value in b.items():
            assert abs(a[name] - value) <= tolerance * max(1, abs(value)), (name, a, b)


def compare_with_engine(name, **settings):
    """The same config.json, once by each: step by step the same line."""
    folder = make_run(name, **settings)
    other = work / f"{name}-engine"
    other.mkdir()
    config = json.loads((folder / "config.json").read_text())
    for data in ("training", "validation"):
        config["paths"][data] = str(folder / f"{data}.jsonl")
    (other / "config.json").write_text(json.dumps(config))
    subprocess.run([tap.program("ATTUNE_ENGINE"), "train", other], check=True, stderr=subprocess.DEVNULL)
    run(folder)
    assert_close(timeless(metrics(folder)), timeless(metrics(other)))
    for member in ("state", "step", "totalSteps", "trainedTokens", "epoch", "model", "version"):
        assert status(folder)[member] == status(other)[member], member
    assert sorted(path.name for path in (folder / "checkpoints").iterdir()) == sorted(path.name for path in (other / "checkpoints").iterdir())
    return folder, other


def read_tensors(path):
    from safetensors.numpy import load_file

    return load_file(path)


def test_lora_as_the_engine():
    folder, other = compare_with_engine("lora", output={"suffix": "v1"})
    mine, engines = (read_tensors(place / "output" / "adapter_model.safetensors") for place in (folder, other))
    assert mine.keys() == engines.keys()
    for name in mine:
        assert abs(mine[name] - engines[name]).max() < 1e-4, name
    config = json.loads((folder / "output" / "adapter_config.json").read_text())
    assert (config["r"], config["lora_alpha"], config["peft_type"]) == (8, 16, "LORA")


def test_other_modules_as_the_engine():
    compare_with_engine("modules", method={"loraConfig": {"rank": 4, "alpha": 4, "trainableModules": "v_proj,q_proj,up_proj"}},
                        optimizer={"weightDecay": 0.1, "maxGradientNorm": 0, "scheduler": {"type": "polynomial", "minLRRatio": 0.1}},
                        schedule={"trainOnInputs": "enabled", "epochs": 1})


def test_full_as_the_engine():
    folder, other = compare_with_engine("full", model=REFERENCE / "tiny-qwen2" / "model", method={"type": "full"},
                                        optimizer={"weightDecay": 0.1, "scheduler": {"type": "linear", "warmupRatio": 0.1}})
    mine, engines = (read_tensors(place / "output" / "model.safetensors") for place in (folder, other))
    for name in engines:
        assert abs(mine[name] - engines[name]).max() < 1e-4, name


def test_forms_as_the_engine():
    """Plain text, which goes through no template."""
    def change(config):
        config["paths"]["validation"] = None
        config["configuration"]["datasets"].pop("validationFileId")

    folder = make_run("text", change)
    (folder / "training.jsonl").write_text("".join(json.dumps({"text": f"Line {i}. " * (i + 1)}) + "\n" for i in range(8)))
    other = work / "text-engine"
    shutil.copytree(folder, other)
    config = json.loads((folder / "config.json").read_text())
    config["paths"]["training"] = str(folder / "training.jsonl")
    (other / "config.json").write_text(json.dumps(config))
    subprocess.run([tap.program("ATTUNE_ENGINE"), "train", other], check=True, stderr=subprocess.DEVNULL)
    run(folder)
    assert_close(timeless(metrics(folder)), timeless(metrics(other)))
    assert not any("evalLoss" in point for point in metrics(folder))


def recorded(model, record, full, schedule, warmup, micro):
    """Ten steps on the recorded batch, from the recorded adapter."""
    import datasets
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    place = REFERENCE / model
    name = f"recorded-{model}-{record}"
    folder = make_run(name, method={"type": "full" if full else "lora"}, schedule={"epochs": 10, "batchSize": micro, "gradientAccumulation": 4 // micro,
                      "checkpoints": 0, "evaluations": 0}, optimizer={"learningRate": 1e-3, "weightDecay": 0.01, "maxGradientNorm": 1,
                                                                       "scheduler": {"type": schedule, "warmupRatio": warmup}})
    settings = runner.Settings(json.loads((folder / "config.json").read_text())["configuration"])
    plan = runner.translate(settings, runner.Machine(), 42, False, {})
    base = AutoModelForCausalLM.from_pretrained(place / "model", dtype=torch.float32, attn_implementation="sdpa")
    trained = base if full else PeftModel.from_pretrained(base, place / "lora" / "adapter", is_trainable=True)
    rows = [json.loads(line) for line in (place / "batch.jsonl").read_text().splitlines()]
    assert len(rows) == 4
    run_folder = runner.RunFolder(folder)
    trainer = runner.make_trainer(settings, plan, trained, AutoTokenizer.from_pretrained(place / "model"), datasets.Dataset.from_list(rows), None, run_folder,
                                  runner.Stop(run_folder), 42, "digest", folder / "checkpoints" / ".work")
    trainer.train()
    run_folder.finish("succeeded")
    expected = json.loads((place / record / "steps.json").read_text())
    found = metrics(folder)
    assert len(found) == len(expected) == 10
    for point, step in zip(found, expected):
        for mine, theirs in (("loss", "loss"), ("gradNorm", "grad_norm"), ("learningRate", "lr")):
            assert abs(point[mine] - step[theirs]) <= 1e-4 * abs(step[theirs]), (name, mine, point, step)
    file = "model.safetensors" if full else "adapter/adapter_model.safetensors"
    trainer.save_result(folder, "output")
    mine = read_tensors(folder / "output" / Path(file).name)
    for tensor, value in read_tensors(place / record / file).items():
        if tensor in mine:  # an output layer that is tied is written once
            assert abs(mine[tensor] - value).max() < 1e-4, (name, tensor)


def test_recorded_steps():
    for model in ("tiny", "tiny-untied", "tiny-llama3rope", "tiny-qwen2"):
        recorded(model, "lora-steps", False, "cosine", 0.2, 4)
        recorded(model, "full-steps", True, "constant", 0, 4)
    recorded("tiny", "lora-steps-micro", False, "linear", 0, 2)


def test_pause_and_resume():
    """SIGTERM in the middle, by another process; then on to the same end as without. Dropout draws the same numbers again."""
    settings = {"method": {"loraConfig": {"rank": 4, "dropout": 0.2}}, "schedule": {"epochs": 20, "checkpoints": 1, "evaluations": 3}}
    whole = make_run("whole", **settings)
    run(whole)

    folder = make_run("paused", **settings)
    process = start(folder)
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(runner.PREFIX) and json.loads(line.removeprefix(runner.PREFIX)).get("step", 0) >= 4 and "loss" in line:
            process.send_signal(signal.SIGTERM)
            break
    said += process.stdout.readlines()
    assert process.wait() == 0, said
    paused = status(folder)
    assert paused["state"] == "paused" and 4 <= paused["step"] < paused["totalSteps"] and "output" not in paused, paused
    assert any(name.startswith("Paused at step") for name in events(folder))
    assert [path.name for path in (folder / "checkpoints").iterdir()] == [f"recovery-{paused['step']}"]

    text = run(folder)
    assert status(folder)["state"] == "succeeded" and f"Going on from step {paused['step']}" in text
    assert timeless(metrics(folder)) == timeless(metrics(whole))
    one, other = (read_tensors(place / "output" / "adapter_model.safetensors") for place in (whole, folder))
    assert all((one[name] == other[name]).all() for name in one)
    # Every line of the files was printed too.
    printed = [line.removeprefix(runner.PREFIX).rstrip("\n") for line in said + text.splitlines() if line.startswith(runner.PREFIX)]
    for line in (folder / "metrics.jsonl").read_text().splitlines() + (folder / "events.jsonl").read_text().splitlines():
        assert line in printed, line
    # What is done is not done again.
    before = (folder / "status.json").read_text()
    run(folder)
    assert (folder / "status.json").read_text() == before


def test_crash_and_resume():
    """What a power cut leaves: no output, a newer checkpoint that is not whole, lines behind the checkpoint, the last one torn."""
    folder = make_run("crashed", method={"type": "full"})
    run(folder)
    expected = metrics(folder)
    shutil.rmtree(folder / "output")
    (folder / "checkpoints" / "step-6" / "state.json").unlink()
    (folder / "status.json").write_text(json.dumps({**status(folder), "state": "running"}))
    with open(folder / "metrics.jsonl", "a") as file:
        file.write('{"step":7,"lo')
    run(folder)
    assert timeless(metrics(folder)) == timeless(expected)
    assert status(folder)["trainedTokens"] == expected[-2]["tokens"]

    # Another configuration is another run.
    shutil.rmtree(folder / "output")
    config = json.loads((folder / "config.json").read_text())
    config["configuration"]["schedule"]["epochs"] = 5
    (folder / "config.json").write_text(json.dumps(config))
    run(folder, expected=1)
    assert status(folder)["error"]["code"] == "conflict"
    # Checkpoints that are there and cannot be read are not trained over.
    for path in (folder / "checkpoints").iterdir():
        (path / "optimizer.pt").unlink()
    run(folder, expected=1)
    assert status(folder)["error"]["code"] == "damaged"


def test_cancel():
    folder = make_run("cancelled")
    (folder / "cancel").touch()
    run(folder)
    assert status(folder)["state"] == "cancelled" and not (folder / "output").exists() and not metrics(folder)


def test_early_stopping():
    def change(config):
        config["configuration"]["metadata"] = {"earlyStoppingPatience": 2, "earlyStoppingThreshold": 0.001}
        config["paths"]["validation"] = "other.jsonl"

    folder = make_run("early", change, method={"type": "full"}, schedule={"epochs": 8, "evaluations": 20, "checkpoints": 0, "gradientAccumulation": 1},
                      optimizer={"learningRate": 0.05, "scheduler": {"type": "constant"}})
    (folder / "other.jsonl").write_text(json.dumps({"messages": [{"role": "user", "content": "zzz"}, {"role": "assistant", "content": "qqq xxx"}]}) + "\n")
    run(folder)
    losses = [(point["step"], point["evalLoss"]) for point in metrics(folder) if "evalLoss" in point]
    best = min(losses, key=lambda point: point[1])
    result = status(folder)
    assert result["state"] == "succeeded" and result["step"] < result["totalSteps"], result
    assert any(text.startswith(f"Stopped early at step {result['step']}") for text in events(folder))
    assert any(text.startswith(f"The result is that of step {best[0]}") for text in events(folder)), (best, events(folder))
    assert (folder / "output" / "model.safetensors").is_file() and not (folder / "best").exists()


def test_divergence():
    """A loss that is no number is shown and ends the run."""
    import torch
    from safetensors.torch import load_file, save_file

    model = work / "broken"
    shutil.copytree(REFERENCE / "tiny" / "model", model)
    tensors = load_file(model / "model.safetensors")
    tensors["model.layers.1.mlp.up_proj.weight"][0, 0] = torch.nan
    save_file(tensors, model / "model.safetensors", {"format": "pt"})
    folder = make_run("diverged", model=model)
    run(folder, expected=1)
    result = status(folder)
    assert result["state"] == "failed" and "optimizer.learningRate" in result["error"]["message"] and result["error"]["code"] == "failed"
    assert metrics(folder)[0]["loss"] is None and metrics(folder)[0]["nonfinite"]["loss"] == "nan"
    assert not (folder / "output").exists()


def first_loss(name, **settings):
    schedule = {"batchSize": 10, "gradientAccumulation": 1, "epochs": 1, "checkpoints": 0, "evaluations": 1, **settings.pop("schedule", {})}
    folder = make_run(name, schedule=schedule, **settings)
    run(folder)
    points = metrics(folder)
    return points[0]["loss"], points[0]["gradNorm"], points[-1]["evalLoss"]


def test_optimizations():
    """Each one changes how something is computed, and not what comes out. Packed rows do not see each other."""
    plain = first_loss("plain")
    for name, features in (("checkpointing", ["gradient_checkpointing"]), ("packing", ["sequence_packing"]), ("fused", ["fused_kernels"]),
                           ("flash", ["flash_attention", "dynamic_padding"])):
        found = first_loss(name, optimizations={"enabled": features})
        assert all(abs(a - b) < 1e-4 * b for a, b in zip(found, plain)), (name, found, plain)


def test_quantised():
    """A base of eight bits, and an optimizer of eight: near the exact numbers, and down."""
    exact = make_run("exact")
    run(exact)
    for name, change in (("int8", lambda c: c["configuration"]["model"].update(precision="int8")),
                         ("optimizer", lambda c: c["configuration"].update(optimizations={"enabled": ["optimizer_8bit", "paged_optimizer"]}))):
        folder = make_run(f"quantised-{name}", change)
        run(folder)
        found, expected = metrics(folder), metrics(exact)
        assert all(abs(a["loss"] - b["loss"]) < 0.05 for a, b in zip(found, expected) if "loss" in b), name
        assert found[-1]["evalLoss"] < found[0]["loss"] + 0.1, name
        assert (folder / "output" / "adapter_model.safetensors").is_file()
        tensors = read_tensors(folder / "output" / "adapter_model.safetensors")
        assert all(tensor.dtype == "float32" and tensor.any() for tensor in tensors.values()), name


def test_bf16():
    """Coarser numbers, the same way down."""
    def change(config):
        config["configuration"]["model"]["precision"] = "bf16"

    for method in ("lora", "full"):
        exact, coarse = make_run(f"exact-{method}", method={"type": method}), make_run(f"coarse-{method}", change, method={"type": method})
        run(exact)
        run(coarse)
        for a, b in zip(metrics(exact), metrics(coarse)):
            for name in ("loss", "evalLoss"):
                assert name not in a or abs(a[name] - b[name]) < 0.05, (method, a, b)
        assert metrics(exact)[0]["loss"] != metrics(coarse)[0]["loss"]


def test_refusals():
    """Before anything is loaded, with the path, and exit status 2."""
    for name, change, path in (
            ("four-bits", lambda c: c["configuration"]["method"].update(type="qlora"), "method.type"),
            ("no-gpu", lambda c: c["configuration"]["model"].update(precision="fp16"), "model.precision"),
            ("no-model", lambda c: c["paths"].update(model="/nowhere/model"), "paths.model"),
            ("no-data", lambda c: c["paths"].update(training="nothing.jsonl"), "paths.training"),
            ("unknown", lambda c: c["configuration"].update(novelty={"x": 1}), "novelty.x"),
            ("range", lambda c: c["configuration"]["schedule"].update(epochs=99), "schedule.epochs"),
            ("override", lambda c: c["configuration"].update(metadata={"trainer": {"nonsense": 1}}), "metadata.trainer.nonsense"),
            ("peft", lambda c: c["configuration"].update(metadata={"peft": {"nonsense": 1}}), "metadata.peft.nonsense"),
            ("modules", lambda c: c["configuration"]["method"].update(loraConfig={"trainableModules": "no_such_proj"}), "trainableModules"),
            ("version", lambda c: c.update(version=2), "version")):
        folder = make_run(f"refused-{name}", change)
        text = run(folder, expected=2)
        last = json.loads(text.splitlines()[-1].removeprefix(runner.PREFIX))
        assert last["state"] == "failed" and path in last["error"]["message"], (name, last)
        assert not metrics(folder) if (folder / "metrics.jsonl").exists() else True


def test_read_by_the_adapter():
    """What reads attune-engine's run folders reads the runner's."""
    folder = make_run("read")
    run(folder)
    for place, state, points in ((folder, "succeeded", 8), (work / "diverged", "failed", 1)):
        found = json.loads(subprocess.run([tap.program("ATTUNE_READ_RUN"), place], check=True, capture_output=True).stdout)
        assert found["state"] == state and found["points"] == points == len(metrics(place)) and found["damaged"] == 0, found
        assert found["events"] == len(events(place)) > 0
    assert (found["error"], found["totalSteps"]) == ("failed", 6)
    found = json.loads(subprocess.run([tap.program("ATTUNE_READ_RUN"), folder], check=True, capture_output=True).stdout)
    assert found["checkpoints"] == ["step-3", "step-6"] and found["step"] == found["totalSteps"] == 6 and found["error"] == ""


def test_two_at_once():
    folder = make_run("busy")
    held = runner.RunFolder(folder)
    with redirect_stdout(io.StringIO()):
        assert runner.main(["--config", str(folder / "config.json")]) == 1
    held.finish("failed")


def test_push():
    """To the repository that was asked for, private, with the result and nothing else."""
    import huggingface_hub

    pushed = []

    remote = work / "remote"

    class Api:
        def create_repo(self, name, **arguments):
            pushed.append(("create", name, arguments))
            return huggingface_hub.RepoUrl(f"https://huggingface.co/{name}")

        def upload_folder(self, **arguments):
            place = Path(arguments["folder_path"])
            only = arguments["allow_patterns"]
            files = sorted(str(path.relative_to(place)) for path in place.rglob("*")
                           if path.is_file() and (only is None or any(path.relative_to(place).match(pattern) for pattern in only)))
            pushed.append(("upload", arguments["repo_id"], arguments["path_in_repo"], files))
            for file in files:
                (remote / arguments["path_in_repo"] / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(place / file, remote / arguments["path_in_repo"] / file)

        def snapshot_download(self, name, allow_patterns):
            assert name == "me/out"
            return str(remote)

    def change(config):
        config["configuration"]["integrations"] = {"huggingface": {"outputRepoName": "me/out", "apiToken": "hf_t0ken"}}
        config["configuration"]["metadata"] = {"pushCheckpoints": True}
        config["jobId"] = "one"

    remote.mkdir()
    folder = make_run("pushed", change)
    own, huggingface_hub.HfApi = huggingface_hub.HfApi, Api
    try:
        text = run(folder)
    finally:
        huggingface_hub.HfApi = own
        assert os.environ.pop("HF_TOKEN") == "hf_t0ken"
    assert pushed[0][:2] == ("create", "me/out") and pushed[0][2]["private"] is True
    uploads = [(repo, inside, {file.partition("/")[0] for file in files}) for kind, repo, inside, files in
               (call for call in pushed if call[0] == "upload")]
    assert [upload[:2] for upload in uploads] == [("me/out", "checkpoints")] * 2 + [("me/out", "")], uploads
    assert uploads[0][2] == {"step-3"} and uploads[1][2] == {"step-6"}
    assert "adapter_model.safetensors" in uploads[2][2] and "optimizer.pt" not in uploads[2][2]
    assert not any(file.endswith("training_args.bin") for call in pushed if call[0] == "upload" for file in call[3])
    for path in folder.rglob("*"):
        assert not path.is_file() or path.name == "config.json" or b"hf_t0ken" not in path.read_bytes(), path
    assert "hf_t0ken" not in text

    # Another machine goes on from there, unless the checkpoints are of another job.
    shutil.rmtree(remote / "checkpoints" / "step-6")
    for job, first in (("one", 4), ("two", 1)):
        other = make_run(f"pushed-{job}", lambda config: (change(config), config.update(jobId=job)))
        huggingface_hub.HfApi = Api
        try:
            run(other)
        finally:
            huggingface_hub.HfApi = own
            os.environ.pop("HF_TOKEN")
        steps = [point for point in timeless(metrics(other)) if "loss" in point]
        assert [point["step"] for point in steps] == list(range(first, 7)), job
        assert steps == [point for point in timeless(metrics(folder)) if "loss" in point and point["step"] >= first]


def test_two_processes():
    """Two that share the work count as one with twice the batch."""
    def change(config):
        config["configuration"]["schedule"].update(batchSize=4, gradientAccumulation=1)

    whole = make_run("one-process", change)
    run(whole)
    folder = make_run("two-processes", lambda config: config["configuration"]["schedule"].update(batchSize=2, gradientAccumulation=1))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    processes = [start(folder, RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2", LOCAL_WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=port,
                       USE_LIBUV="0")
                 for rank in range(2)]
    said = [process.communicate()[0] for process in processes]  # the second one says nothing, so the first is never kept waiting
    assert [process.returncode for process in processes] == [0, 0], said
    assert runner.PREFIX not in said[1]
    for a, b in zip(metrics(folder), metrics(whole)):
        for name in ("step", "epoch", "loss", "evalLoss", "learningRate", "gradNorm"):
            assert name not in b or abs(a[name] - b[name]) < 1e-4 * max(1, abs(b[name])), (name, a, b)
    assert len(metrics(folder)) == len(metrics(whole)) and status(folder)["state"] == "succeeded"


def test_started_for_each_gpu():
    """One process a GPU; what ends them all is told once, and is the exit status."""
    folder = make_run("four", lambda config: config["configuration"].update(hardware={"numGPUs": 2}))
    process = start(folder)
    out = process.communicate()[0]
    assert process.returncode == 2, out
    assert status(folder)["state"] == "failed" and "hardware.numGPUs" in status(folder)["error"]["message"]
    assert out.count('"state":"failed"') == 1

    # One that could not speak for itself is spoken for.
    (folder / "status.json").write_text(json.dumps({**status(folder), "state": "running"}))
    with redirect_stdout(io.StringIO()) as said:
        runner.tell_failure(folder, [0, -9])
    assert status(folder)["state"] == "failed" and "GPU 1" in status(folder)["error"]["message"] and said.getvalue().startswith(runner.PREFIX)


def test_wandb():
    """Asked for, W&B gets the curves; here into a folder, because nobody is there to take them."""
    def change(config):
        config["configuration"]["integrations"] = {"wandb": {"project": "curves", "runName": "one"}}

    folder = make_run("wandb", change)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")}
    process = subprocess.run([sys.executable, "-W", "ignore", tap.RUNNER, "--config", folder / "config.json"], cwd=folder, capture_output=True, text=True,
                             env={**environment, "WANDB_MODE": "offline", "WANDB_DIR": str(folder), "HOME": str(folder)})
    assert process.returncode == 0, process.stdout + process.stderr
    assert list((folder / "wandb").glob("offline-run-*/*.wandb")), list(folder.iterdir())


def test_check():
    """--check prints the arguments and trains nothing."""
    folder = make_run("checked")
    out = io.StringIO()
    with redirect_stdout(out):
        assert runner.main(["--config", str(folder / "config.json"), "--check"]) == 0
    assert json.loads(out.getvalue())["trainer"]["learning_rate"] == 1e-3
    assert not (folder / "status.json").exists()


def test_repository():
    """--repo fetches the folder with the config first; without a place for the run it does not begin."""
    import huggingface_hub

    folder = make_run("stored", schedule={"epochs": 1})
    own = huggingface_hub.snapshot_download

    def fetch(name, repo_type, revision, local_dir):
        assert (name, repo_type, revision) == ("me/data", "dataset", "abc")
        return shutil.copytree(folder, local_dir)

    huggingface_hub.snapshot_download = fetch
    try:
        with redirect_stdout(io.StringIO()):
            assert runner.main(["--repo", "me/data", "--config", "config.json"]) == 2
            assert runner.main(["--repo", "me/data", "--revision", "abc", "--config", "config.json", "--folder", str(work / "fetched")]) == 0
    finally:
        huggingface_hub.snapshot_download = own
    assert status(work / "fetched")["state"] == "succeeded" and not (folder / "status.json").exists()


def test_nobody_was_told():
    """None of the runs before this one has asked anybody anything."""
    assert not asked, asked
    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert not list(work.glob("*/wandb/run-*")) and not list(work.glob("*/runs"))


if __name__ == "__main__":
    tap.main(__name__)
