"""For schemathesis: half of what it asks names a meeting that is there, and every refusal is a sentence."""

import os
import zlib

import schemathesis

MEETING = os.environ.get("RISALAH_MEETING", "")


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    # By what it would have asked, so that each run asks the same.
    if path_parameters and "id" in path_parameters and zlib.crc32(repr(path_parameters).encode()) % 2:
        path_parameters["id"] = MEETING
    return path_parameters


@schemathesis.check
def every_refusal_is_a_sentence_with_its_code(ctx, response, case):
    if response.status_code < 400:
        return
    body = response.json()
    assert isinstance(body.get("code"), str) and body["code"], body
    assert isinstance(body.get("what"), str) and body["what"].strip(), body
