#!/usr/bin/env python3
"""measure.py: runs every measurement and prints one table; scripts/bench calls it. See docs/benchmarks.md.

    measure.py [--quick] [--audit] --bin build/bench/bin --results build/bench-results

Standard library only. The table goes to stdout, progress to stderr, every single value to RESULTS/bench.json.
"""
import argparse
import json
import math
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RATES = (100, 1000)
HEADS = ("measured", "aim", "min", "median", "p99", "max", "beside it (medians)")
LEGEND = """
reaction   from the receipt of the oldest request line that was new to the guard when it decided to roll back, to the
           routes read back from HAProxy at 0 %; both as the journal records them (received_us, read_back_us)
whole way  from the first bad answer to a client, by HAProxy's own log, to the same; a wave of 10 %, 20 % errors, the
           guard's default policy (at least 50 requests); "answers after it" are of requests that were under way
socket     a writer as fast as it can, read, parsed and counted by the reader's one thread, as from HAProxy
appends    each transaction synced to disk, as is each one of bare SQLite with the same rows
armed      from kill -9 of `stellwerk run` in a wave, started again at once, to the first renewal of the lease that HAProxy
           shows: a guard judges again
integrated durable, and in the tree: when the append is acknowledged; all that go together wait for one transaction
verified   as `stellwerk audit verify` does; "hashes alone" is one of every entry and one of a node of the tree for it
simulated  whole minor releases of the simulator, each in a world of its own, its journal replayed at the end
memory     the peak of resident memory (VmHWM) of `stellwerk run`; of the check of a log where it says verified"""


@dataclass
class Effort:
    """How often each thing is done."""
    reactions: int = 30
    good_releases: int = 3
    repetitions: int = 9
    plans: int = 200
    rearms: int = 30
    seeds: int = 300
    releases: tuple = (10, 100, 1000)
    entries: tuple = (10_000, 100_000, 1_000_000)
    tenants: tuple = (100, 1000, 10_000)
    maps: int = 9
    carried: int = 300
    appends: int = 300
    published: tuple = (1000, 1_000_000)
    checkpoints: int = 50
    verified: int = 200_000
    verifications: int = 5
    large_log: int = 1_000_000


QUICK = Effort(reactions=2, good_releases=1, repetitions=2, plans=20, rearms=3, seeds=30,
               releases=(10, 100), entries=(10_000, 100_000), tenants=(100, 1000), maps=2, carried=30,
               appends=30, published=(1000, 20_000), checkpoints=3, verified=20_000, verifications=2, large_log=20_000)


@dataclass
class Row:
    what: str
    values: list
    show: object
    beside: str = ""
    aim: float | None = None
    at_least: bool = False  # the aim is a lower bound, for the median; otherwise an upper one, for the p99


def quantile(values, share):
    """The nearest rank: the smallest value that at least this share do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def median(values):
    return quantile(values, 0.5)


# ---- how figures are written


def time_of(us):
    return f"{us / 1e6:.2f} s" if us >= 1e6 else f"{us / 1000:.1f} ms" if us >= 1000 else f"{us:.1f} µs"


def rate_of(per_second):
    return f"{per_second / 1e6:.2f} M/s" if per_second >= 1e6 else f"{per_second:,.0f}/s"


def memory_of(kib):
    return f"{kib / 1024:.1f} MiB"


def share_of(ppm):
    return f"{ppm / 10_000:.2f} %"


def bytes_of(number):
    return f"{number:,.0f} B"


def data_rate_of(per_second):
    return f"{per_second / 1e6:,.0f} MB/s"


def count_of(number):
    return f"{number:,.0f}"


# ---- what is run


loads = []  # of the machine, whenever something is told


def say(text):
    loads.append(os.getloadavg()[0])
    print(text, file=sys.stderr, flush=True)


def releases(programs, kind, rate, runs):
    """The results of `runs` whole releases, each with everything real."""
    command = [os.path.join(programs, "reaction_bench"), kind, str(rate), str(runs)]
    results, begin = [], time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            results.append(json.loads(line))
            reaction = results[-1].get("reaction_us")
            told = f", back in {time_of(reaction)}" if reaction is not None else ""
            say(f"  {kind} release at {rate} requests/s: {len(results)} of {runs}{told}")
    if process.returncode != 0 or len(results) != runs:
        sys.exit(f"error: {' '.join(command)} ended with {process.returncode} after {len(results)} of {runs} runs; "
                 "is the machine too busy for this load?")
    say(f"  {time.monotonic() - begin:.0f} s")
    return results


class Benchmarks:
    """A program of Google Benchmark, run once: its values by benchmark and counter, one for each repetition."""

    def __init__(self, programs, name, repetitions, only):
        say(f"  {name}")
        command = [os.path.join(programs, name), "--benchmark_format=json", "--benchmark_min_time=0.2",
                   "--benchmark_enable_random_interleaving=true",
                   f"--benchmark_repetitions={repetitions}", f"--benchmark_filter={only}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                              cwd=os.environ.get("TMPDIR", "/var/tmp"))
        if done.returncode != 0:
            sys.exit(f"error: {' '.join(command)} ended with {done.returncode}\n{done.stderr}")
        self.runs = [run for run in json.loads(done.stdout)["benchmarks"] if run["run_type"] == "iteration"]
        for run in self.runs:
            if run.get("error_occurred"):
                sys.exit(f"error: {name}: {run['run_name']}: {run['error_message']}")

    def values(self, benchmark, counter):
        found = [run[counter] for run in self.runs
                 if run["run_name"] in (benchmark, f"{benchmark}/real_time")]
        if not found:
            sys.exit(f"error: there is no benchmark {benchmark} with {counter}")
        return found


def wall_times(command, times):
    """Microseconds from starting a program to its end."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        actions = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1)]
        values = []
        for _ in range(times + 1):
            begin = time.perf_counter_ns()
            pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
            _, status = os.waitpid(pid, 0)
            values.append((time.perf_counter_ns() - begin) / 1000)
            if status != 0:
                sys.exit(f"error: {' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return values[1:]  # the first one read the program from the disk


# ---- the rows


def reaction_rows(results, rate):
    each = {key: [result[key] for result in results] for key in results[0]}
    return [
        Row(f"reaction at {rate:,} requests/s, {len(results)} runs", each["reaction_us"], time_of,
            f"log lines lost: {sum(each['lost_lines'])}", 500_000),
        Row("  whole way from the first bad answer", each["whole_us"], time_of,
            f"answers after it: {sum(each['later'])}"),
        Row("  answers of the new version until then", each["requests"], count_of,
            f"bad ones: {count_of(median(each['errors']))}"),
    ]


def log_rows(bench):
    lost = int(max(bench.values("through_the_socket", "lost")))
    unreadable = int(max(bench.values("through_the_socket", "unreadable")))
    return [
        Row("log lines parsed, one core", bench.values("parse_alone", "items_per_second"), rate_of,
            f"parsed and counted: {rate_of(median(bench.values('parse_and_fold', 'items_per_second')))}", 1.5e6, True),
        Row("log lines through the socket",
            bench.values("through_the_socket", "items_per_second"), rate_of,
            f"lost: {lost}, unreadable: {unreadable}"),
    ]


def guard_rows(bench):
    return [
        Row("requests folded, one core", bench.values("fold_requests/10", "items_per_second"),
            rate_of, "ten tenants", 3e6, True),
        Row("a guard round, window of an hour", bench.values("guard_round/3600", "real_time"), time_of,
            "time between two: 50 ms at least", 50_000),
    ]


def journal_rows(bench):
    rows = []
    for size, text in ((1, "one at a time"), (10, "ten at a time"), (100, "100 at a time")):
        bare = median(bench.values(f"bare_sqlite_insert/{size}", "entries/s"))
        rows.append(Row(f"durable appends, {text}", bench.values(f"journal_append/{size}", "entries/s"),
                        rate_of, f"bare SQLite: {rate_of(bare)}"))
    rows.append(Row("journal entries verified", bench.values("journal_verify/20000", "entries/s"), rate_of))
    rows.append(Row("journal's tree rebuilt from leaves",
                    bench.values("journal_tree_rebuilt/100000", "entries/s"), rate_of))
    return rows


def plan_row(programs, times):
    say("  stellwerk plan")
    os.chdir(os.path.join(ROOT, "examples", "minor-release"))
    plan = wall_times([os.path.join(programs, "stellwerk"), "plan", "release.yaml"], times)
    nothing = wall_times(["/bin/true"], times)
    return Row(f"stellwerk plan, {times} runs", plan, time_of,
               f"/bin/true: {time_of(median(nothing))}", 20_000)


def rearm_row(programs, runs):
    say("  killed and started again")
    done = subprocess.run([os.path.join(programs, "rearm_bench"), str(runs)], stdout=subprocess.PIPE, text=True, check=False)
    values = [json.loads(line)["rearmed_us"] for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(values) != runs:
        sys.exit(f"error: rearm_bench ended with {done.returncode} after {len(values)} of {runs} runs")
    return Row(f"killed to guard armed again, {runs} times", values, time_of,
               f"p95: {time_of(quantile(values, 0.95))}", 2_000_000)


def simulated_rates(programs, repetitions, arguments):
    """Releases a second, one core: one value for each repetition."""
    command = [os.path.join(programs, "sim"), "--once", "--threads", "1", *arguments]
    values = []
    for _ in range(repetitions):
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        found = re.search(r"(\d+) runs in ([\d.]+) s", done.stdout)
        if done.returncode != 0 or not found:
            sys.exit(f"error: {' '.join(command)} ended with {done.returncode}\n{done.stdout}")
        values.append(int(found[1]) / float(found[2]))
    return values


def simulator_row(programs, seeds, repetitions):
    say("  the simulator")
    calm = simulated_rates(programs, repetitions, ["--calm", "--seeds", str(seeds)])
    stormy = simulated_rates(programs, 1, ["--seeds", str(seeds)])
    return Row("simulated minor releases, one core", calm, rate_of, f"among faults: {rate_of(median(stormy))}", 500, True)


def told_by(programs, name, *arguments):
    """The lines of JSON that a program of tests/bench writes."""
    command = [os.path.join(programs, name), *map(str, arguments)]
    say(f"  {' '.join([name, *map(str, arguments)])}")
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, cwd=os.environ.get("TMPDIR", "/var/tmp"))
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(command)} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def growth(sizes, values, show):
    """How it was with less: all sizes but the last."""
    return "; ".join(f"{size:,}: {show(median(value))}" for size, value in list(zip(sizes, values))[:-1])


def release_rows(programs, counts):
    told = {count: told_by(programs, "scale_bench", "releases", count, 120) for count in counts}
    rows, most = [], counts[-1]
    for number, (stage, what) in enumerate((("announced", "waiting for their time"), ("holding", "in a wave's hold"))):
        memory = [[told[count][number]["memory_kib"]] for count in counts]
        load = [[told[count][number]["cpu_ppm"]] for count in counts]
        assert all(told[count][number]["stage"] == stage for count in counts)
        rows.append(Row(f"memory of {most:,} releases {what}", memory[-1], memory_of, growth(counts, memory, memory_of), 100 * 1024))
        rows.append(Row("  processor time while nothing happens", load[-1], share_of, growth(counts, load, share_of), 10_000))
    return rows


def recovery_row(programs, entries):
    told = [told_by(programs, "scale_bench", "recover", count, 10)[0] for count in entries]
    took = [[each["open_us"] + each["recover_us"]] for each in told]
    return Row(f"start with {entries[-1]:,} entries, 10 releases of them unfinished", took[-1], time_of,
               growth(entries, took, time_of), 2_000_000)


def decision_row(programs, times, repetitions):
    told = [told_by(programs, "scale_bench", "decisions", times)[0] for _ in range(repetitions)]
    return Row("decisions, one core", [each["per_second"] for each in told], rate_of,
               f"of a whole release: {told[0]['of_a_release']}")


def map_rows(programs, tenants, runs):
    told = [told_by(programs, "map_bench", count, 20, runs) for count in tenants]
    took = {key: [[each[key] for each in run] for run in told] for key in ("apply_us", "back_us", "bare_us")}
    most = tenants[-1]
    return [
        Row(f"routes of {most:,} tenants × 20 components, one commit", took["apply_us"][-1], time_of,
            growth(tenants, took["apply_us"], time_of)),
        Row("  the same bytes sent and committed, nothing read", took["bare_us"][-1], time_of,
            growth(tenants, took["bare_us"], time_of)),
        Row("  all of them back to the old version", took["back_us"][-1], time_of, growth(tenants, took["back_us"], time_of)),
    ]


def figure_rows(programs, tenants):
    told = [told_by(programs, "scale_bench", "kpi", count, 20)[0] for count in tenants]
    memory = [[each["memory_kib"]] for each in told]
    second = [[each["second_us"]] for each in told]
    most = tenants[-1]
    return [
        Row(f"figures of {most:,} tenants × 2 versions × 20 components", memory[-1], memory_of, growth(tenants, memory, memory_of)),
        Row("  a second of their traffic taken in", second[-1], time_of, growth(tenants, second, time_of)),
    ]


# ---- the audit log


def integrated_rows(programs, times):
    rows = []
    for told in told_by(programs, "audit_bench", "appends", times):
        together, took = told["together"], told["took_us"]
        words = "one append" if together == 1 else f"{together} appends together"
        rows.append(Row(f"{words}, until integrated", took, time_of,
                        f"{rate_of(together * 1e6 / median(took))}; bare SQLite: {time_of(median(told['bare_us']))}, "
                        f"p99 {time_of(quantile(told['bare_us'], 0.99))}; 1 KiB and fdatasync: {time_of(median(told['sync_us']))}"))
    return rows


def checkpoint_rows(programs, entries, times):
    rows = []
    for told in told_by(programs, "audit_bench", "publish", entries, times):
        if told["what"] != "publish":
            continue
        words = ", the first after a restart" if told["restarted"] else ""
        # One a minute: microseconds of 60 seconds, as millionths.
        share = share_of(median(told["processor_us"]) / 60)
        rows.append(Row(f"checkpoint after {told['more']:,} of {entries:,}{words}", told["took_us"], time_of,
                        f"the three syncs alone: {time_of(median(told['bare_us']))}; one a minute: {share} of a core"))
    return rows


def hashed_by_openssl(size):
    """Bytes a second of `openssl speed`, one core."""
    command = ["openssl", "speed", "-mr", "-seconds", "2", "-bytes", str(size), "-evp", "sha256"]
    say(f"  {' '.join(command)}")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    found = re.search(r"^\+F:\d+:[^:]+:([\d.]+)", done.stdout, re.MULTILINE)
    return float(found[1]) if found else None


VERIFIED = {"tree": "tree and tiles", "entries": "and every entry decoded", "contents": "and contents, signatures",
            "database": "and beside the database"}


def verified_rows(programs, entries, times):
    lines = told_by(programs, "audit_bench", "verify", entries, times)
    rows = []
    for told in [line for line in lines if line["what"] == "verify"]:
        count, size = told["entries"], told["entry_bytes"] / told["entries"]
        rates = [count * 1e6 / us for us in told["took_us"]]
        limit = median([(leaf + node) / count for leaf, node in zip(told["leaves_us"], told["nodes_us"])])
        threads = "1 thread" if told["threads"] == 1 else f"{told['threads']} threads"
        is_tree = told["depth"] == "tree"
        rows.append(Row(f"verified: {VERIFIED[told['depth']]}, {threads}", rates, rate_of,
                        data_rate_of(median(rates) * size)))
        rows.append(Row("  processor time for an entry", [us / count for us in told["processor_us"]], time_of,
                        f"hashes alone: {time_of(limit)}", 2 * limit if is_tree else None))
        if is_tree and told["threads"] == 1:
            alone = [told["entry_bytes"] * 1e6 / us for us in told["leaves_us"]]
            openssl = hashed_by_openssl(round(size))
            rows.append(Row("  entries hashed, nothing else, one core", alone, data_rate_of,
                            f"openssl speed, {size:.0f} bytes: {data_rate_of(openssl) if openssl else 'not known'}"))
    return rows + [row for told in lines if told["what"] == "size" for row in size_rows(told)]


def size_rows(told):
    count = told["entries"]
    each = {key: value / count for key, value in told.items() if key.endswith(("_bytes", "_on_disk"))}
    return [
        Row("database, an entry", [each["database_bytes"] + each["wal_bytes"]], bytes_of,
            f"its bytes alone: {bytes_of(each['entry_bytes'])}; {count:,} entries, journal closed"),
        Row("published log, an entry", [each["log_bytes"]], bytes_of,
            f"bundles: {bytes_of(each['bundle_bytes'])}; in whole blocks: {bytes_of(each['log_on_disk'])}"),
    ]


def large_rows(programs, entries):
    lines = told_by(programs, "audit_bench", "large", entries)
    told = {line["what"]: line for line in lines if line["what"] != "verify_memory"}
    proofs, words = told["proofs"], f"of {entries:,}"
    rows = [
        Row(f"1,000 new entries checked {words}", told["new_entries_checked"]["took_us"], time_of,
            f"processor: {time_of(median(told['new_entries_checked']['processor_us']))}", 10_000),
        Row(f"1,000 old entries checked again {words}", told["old_entries_checked"]["took_us"], time_of,
            f"processor: {time_of(median(told['old_entries_checked']['processor_us']))}"),
        Row(f"opened, {entries:,} entries", [told["opened"]["took_us"]], time_of,
            f"the first check, of all: {time_of(told['first_check']['took_us'])}"),
        Row(f"published from nothing, {entries:,} entries", [told["published"]["took_us"]], time_of,
            f"{rate_of(told['published']['entries'] * 1e6 / told['published']['took_us'])}"),
        Row(f"inclusion proof {words}", proofs["inclusion_us"], time_of, f"hashes: {proofs['hashes']}"),
        Row(f"consistency proof {words}", proofs["consistency_us"], time_of),
    ]
    for line in [line for line in lines if line["what"] == "verify_memory"]:
        rows.append(Row(f"memory, verified: {VERIFIED[line['depth']]}", [line["peak_kib"]], memory_of,
                        f"before: {memory_of(line['before_kib'])}; took {time_of(line['took_us'])}", 100 * 1024))
    return rows


def audit_rows(programs, effort):
    rows = integrated_rows(programs, effort.appends)
    for entries in effort.published:
        rows += checkpoint_rows(programs, entries, effort.checkpoints)
    return rows + verified_rows(programs, effort.verified, effort.verifications) + large_rows(programs, effort.large_log)


def memory_row(what, results):
    return Row(f"memory of run, {what}", [result["memory_kib"] for result in results], memory_of,
               f"runs: {len(results)}", 30 * 1024)


def measure(programs, effort):
    good = releases(programs, "good", RATES[-1], effort.good_releases)
    bad = {rate: releases(programs, "bad", rate, effort.reactions) for rate in RATES}
    rows = [row for rate in RATES for row in reaction_rows(bad[rate], rate)]
    rows += log_rows(Benchmarks(programs, "haproxy_log_bench", effort.repetitions, "."))
    rows += guard_rows(Benchmarks(programs, "kpi_bench", effort.repetitions, "fold_requests/10$|guard_round/3600"))
    rows += journal_rows(Benchmarks(programs, "journal_bench", effort.repetitions, "."))
    rows.append(rearm_row(programs, effort.rearms))
    rows.append(simulator_row(programs, effort.seeds, effort.repetitions))
    rows += release_rows(programs, effort.releases)
    rows.append(recovery_row(programs, effort.entries))
    rows.append(decision_row(programs, effort.carried, effort.repetitions))
    rows += map_rows(programs, effort.tenants, effort.maps)
    rows += figure_rows(programs, effort.tenants[:2])
    rows += audit_rows(programs, effort)
    rows.append(plan_row(programs, effort.plans))
    rows.append(memory_row("bad releases", [result for rate in RATES for result in bad[rate]]))
    rows.append(memory_row(f"good releases, {RATES[-1]:,}/s", good))
    return rows


# ---- the table


def aim_of(row):
    if row.aim is None:
        return "–"
    reached = median(row.values) >= row.aim if row.at_least else quantile(row.values, 0.99) < row.aim
    bound = "median ≥" if row.at_least else "p99 <"
    return f"{bound} {row.show(row.aim)}: {'met' if reached else 'MISSED'}"


def cells_of(row):
    is_rate = row.show is rate_of
    p99 = "–" if is_rate else row.show(quantile(row.values, 0.99))
    return [row.what, aim_of(row), row.show(min(row.values)), row.show(median(row.values)), p99,
            row.show(max(row.values)), row.beside]


def table(rows):
    lines = [list(HEADS)] + [cells_of(row) for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADS))]
    left = (0, 1, len(HEADS) - 1)
    for number, line in enumerate(lines):
        cells = [cell.ljust(width) if i in left else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(line, widths))]
        yield "  ".join(cells).rstrip()
        if number == 0:
            yield "  ".join("-" * width for width in widths)


def first_line(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout.partition("\n")[0]


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) / 1024 ** 2
    disk = subprocess.run(["df", "--output=fstype", os.environ.get("TMPDIR", "/var/tmp")], stdout=subprocess.PIPE,
                          text=True, check=True).stdout.split()[-1]
    haproxy = first_line(["haproxy", "-v"]).split()
    return (f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, {memory:.1f} GiB; "
            f"Linux {platform.release()}, journal on {disk}; "
            f"HAProxy {haproxy[2] if len(haproxy) > 2 else 'unknown'}")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--audit", action="store_true", help="the audit log alone")
    arguments.add_argument("--bin", required=True)
    arguments.add_argument("--results", required=True)
    options = arguments.parse_args()
    programs, results = os.path.abspath(options.bin), os.path.abspath(options.results)

    begin = time.monotonic()
    say("  many minutes; a machine that does nothing else gives figures worth quoting")
    effort = QUICK if options.quick else Effort()
    rows = (audit_rows if options.audit else measure)(programs, effort)
    os.makedirs(results, exist_ok=True)
    with open(os.path.join(results, "bench.json"), "w", encoding="utf-8") as file:
        json.dump({"machine": machine(), "rows": [{"what": row.what, "values": row.values} for row in rows]}, file, indent=1)
    for line in table(rows):
        print(line)
    print(LEGEND)
    print(f"\nmachine: {machine()}")
    print(f"load before: {loads[0]:.2f}, at most: {max(loads):.2f}; measured in {time.monotonic() - begin:.0f} s"
          f"{'; QUICK: too few runs to quote' if options.quick else ''}")


if __name__ == "__main__":
    main()
