"""Runs Python for the tests: one JSON object a line with `code`, answered by one with `value` or `error`.

The value of the last expression comes back in the neutral encoding of fixtures/datajoint (neutral.py). Names stay from
one request to the next.
"""
import ast
import json
import os
import sys
import traceback

sys.path.insert(0, os.environ["NEUTRAL"])
answers = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
# what DataJoint prints is no answer
os.dup2(2, 1)

from neutral import enc  # noqa: E402


def run(code, names):
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<test>", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "<test>", "eval"), names)


def main():
    names = {"__name__": "__main__"}
    for line in sys.stdin:
        try:
            answer = {"value": enc(run(json.loads(line)["code"], names))}
        except BaseException as error:
            if isinstance(error, SystemExit):
                raise
            answer = {"error": {"class": type(error).__name__, "message": str(error), "trace": traceback.format_exc()}}
        answers.write(json.dumps(answer) + "\n")


main()
