"""Asks the installed Synapse about graphs of events, through a worker in its environment."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.differential.compare import Judge
from tests.differential.graph import Graph, GraphVerdicts, Verdict

WORKER = Path(__file__).with_name("synapse_worker.py")
STOP_LIMIT_S = 100


@contextmanager
def synapse_judge(python: Path) -> Iterator[Judge]:
    """Run the worker for the length of the block, and give what asks it."""
    command = [str(python), str(WORKER)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    requests, answers = process.stdin, process.stdout

    def ask(graph: Graph) -> GraphVerdicts:
        requests.write(json.dumps(graph.to_json()) + "\n")
        requests.flush()
        answer = json.loads(answers.readline())
        verdicts = [Verdict(**verdict) for verdict in answer["events"]]
        return GraphVerdicts(verdicts, answer["resolved"], answer.get("crash", ""))

    try:
        yield ask
    finally:
        requests.close()
        process.wait(STOP_LIMIT_S)
        answers.close()
