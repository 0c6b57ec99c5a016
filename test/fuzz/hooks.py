"""Signs the fuzzer in, and again where a case may have ended its session."""

import os

import requests
import schemathesis

BASE = os.environ["FUZZ_BASE_URL"]
ACCOUNT = {"email": os.environ["FUZZ_EMAIL"], "password": os.environ["FUZZ_PASSWORD"]}
# Seconds that one session is used for; 0 makes one for each case.
SESSION_S = int(os.environ["FUZZ_SESSION_S"])


@schemathesis.auth(refresh_interval=SESSION_S or None)
class SignIn:
    def get(self, case, context):
        answer = requests.post(f"{BASE}/api/v1/auth/login", json=ACCOUNT, timeout=30)
        answer.raise_for_status()
        return answer.json()["access_token"]

    def set(self, case, token, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {token}"
