# Copyright 2026 The Attune developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers that runner and trainer each work out for themselves are the same: learning rates, moments, orders."""

import json
import subprocess

import tap

runner = tap.load_runner()
lines = [json.loads(line) for line in subprocess.run([tap.program("ATTUNE_PRINT_NUMBERS")], check=True, capture_output=True).stdout.splitlines()]


def records(kind):
    found = [line[1:] for line in lines if line[0] == kind]
    assert found
    return found


def test_rates():
    kinds = set()
    for kind, rate, floor, warmup, cycles, total, rates in records("rates"):
        schedule = runner.Schedule(kind, rate, floor, warmup, cycles, total)
        kinds.add(kind)
        assert len(rates) == total
        for step, expected in enumerate(rates):
            found = rate * schedule.share(step)
            assert abs(found - expected) <= 1e-15, (kind, floor, warmup, cycles, total, step, expected, found)
    assert kinds == set(runner.PARAMETERS["optimizer.scheduler.type"][4])


def test_moments():
    for total, times, steps in records("due"):
        assert [step for step in range(1, total + 1) if runner.is_due(step, total, times)] == steps, (total, times)


def test_orders():
    for rows, seed, epoch, order in records("order"):
        assert runner.permute(rows, seed, epoch) == order, (rows, seed, epoch)


if __name__ == "__main__":
    tap.main(__name__)
