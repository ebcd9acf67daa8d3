"""Has the package `audible` sign requests that are given as JSON, and prints their headers.

Only the clock is stopped: what is signed, and how, is the package's own doing. The requests go
nowhere; a transport of httpx notes what would have been sent.
Argument: a JSON file with the device's key and token, and a list of requests.
"""

import datetime
import json
import pathlib
import sys

import audible
import audible.auth
import httpx

asked = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
moment = None


class StoppedClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromisoformat(moment).astimezone(tz)


audible.auth.datetime = StoppedClock
device = audible.Authenticator.from_dict(asked["device"])
noted = []


def note(request):
    names = ("x-adp-token", "x-adp-alg", "x-adp-signature")
    noted.append({
        "path": request.url.raw_path.decode(),
        "headers": [[name, request.headers[name]] for name in names],
    })
    return httpx.Response(200)


with httpx.Client(auth=device, transport=httpx.MockTransport(note)) as client:
    for one in asked["requests"]:
        moment = one["moment"]
        client.request(one["method"], one["url"], content=one["body"].encode())

json.dump(noted, sys.stdout)
